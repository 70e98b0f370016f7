"""llama.cpp's own server, as the package `xllamacpp` carries it: what a local model is compared with."""

import argparse
import signal

import xllamacpp

args = argparse.ArgumentParser(description=__doc__)
args.add_argument("--model", required=True)
args.add_argument("--port", type=int, required=True)
args.add_argument("--threads", type=int, required=True)
args = args.parse_args()

params = xllamacpp.CommonParams()
params.model.path = args.model
params.hostnames = ["127.0.0.1"]
params.port = args.port
params.n_ctx = 4096
params.n_parallel = 1
params.cpuparams.n_threads = args.threads
params.cpuparams_batch.n_threads = args.threads
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
signal.pause()
