//! The thread that owns a context and writes several answers in it at the same time.
//!
//! Each turn of the loop builds one batch: a token for every answer being written, then as much of the waiting prompts as
//! fits. The cache of a sequence is kept after its answer, so that the next turn of the same chat computes only what was
//! added to it.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;

use super::job::{Event, Finish, Job};
use super::sampler::Sampler;
use super::slot::{Run, Slot};
use crate::EngineError;

/// A prompt of which less than this share lies in a sequence's cache takes another sequence instead.
const WORTH_KEEPING: f64 = 0.5;

/// Writes answers until the last sender of `jobs` is gone and all answers are whole.
pub(crate) struct Worker<'a> {
    model: &'a LlamaModel,
    context: LlamaContext<'a>,
    batch: LlamaBatch<'a>,
    batch_size: usize,
    /// Tokens that one sequence can hold.
    room: usize,
    slots: Vec<Slot>,
    waiting: VecDeque<Job>,
    jobs: Receiver<Job>,
    turn: u64,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        model: &'a LlamaModel,
        context: LlamaContext<'a>,
        slots: u32,
        jobs: Receiver<Job>,
    ) -> Self {
        let batch_size = context.n_batch() as usize;
        let room = (context.n_ctx() / slots.max(1)) as usize;
        Self {
            model,
            batch: LlamaBatch::new(batch_size, 1),
            batch_size,
            room,
            slots: (0..slots).map_while(|id| i32::try_from(id).ok()).map(Slot::new).collect(),
            waiting: VecDeque::new(),
            jobs,
            turn: 0,
            context,
        }
    }

    pub(crate) fn run(mut self) {
        while self.receive() {
            self.drop_abandoned();
            self.assign();
            self.fill();
            if self.batch.n_tokens() == 0 {
                continue;
            }
            match self.context.decode(&mut self.batch) {
                Ok(()) => self.sample(),
                Err(error) => self.fail(&error.to_string()),
            }
        }
    }

    /// Takes new jobs, waiting for one when there is nothing else to do; `false` when the work is over.
    fn receive(&mut self) -> bool {
        let busy =
            |worker: &Self| !worker.waiting.is_empty() || worker.slots.iter().any(|slot| slot.run.is_some());
        loop {
            match self.jobs.try_recv() {
                Ok(job) => self.waiting.push_back(job),
                Err(TryRecvError::Empty) if busy(self) => return true,
                Err(TryRecvError::Disconnected) => return busy(self),
                Err(TryRecvError::Empty) => {
                    match self.jobs.recv_timeout(std::time::Duration::from_secs(60)) {
                        Ok(job) => self.waiting.push_back(job),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => return false,
                    }
                }
            }
        }
    }

    fn drop_abandoned(&mut self) {
        self.waiting.retain(|job| !job.events.is_closed());
        for slot in &mut self.slots {
            if slot.run.as_ref().is_some_and(Run::abandoned) {
                slot.run = None;
            }
        }
    }

    /// Gives waiting jobs to sequences that nobody uses.
    fn assign(&mut self) {
        while let Some(job) = self.waiting.pop_front() {
            let Some(at) = self.choose(&job) else {
                self.waiting.push_front(job);
                return;
            };
            self.turn += 1;
            self.slots[at].used = self.turn;
            if let Err(error) = self.begin(at, &job) {
                let _ = job.events.send(Event::Failed(error));
            }
        }
    }

    /// The free sequence that holds most of the prompt, or else the one that was used longest ago.
    fn choose(&self, job: &Job) -> Option<usize> {
        let free = || self.slots.iter().enumerate().filter(|(_, slot)| slot.run.is_none());
        let (at, common) = free()
            .map(|(at, slot)| (at, slot.common(&job.prompt)))
            .max_by_key(|(at, common)| (*common, std::cmp::Reverse(self.slots[*at].used)))?;
        let held = self.slots[at].cached.len();
        if common > 0 && common as f64 >= held as f64 * WORTH_KEEPING {
            return Some(at);
        }
        free().min_by_key(|(_, slot)| slot.used).map(|(at, _)| at)
    }

    fn begin(&mut self, at: usize, job: &Job) -> Result<(), EngineError> {
        if job.prompt.is_empty() {
            return Err(EngineError::Invalid("the prompt is empty".to_owned()));
        }
        if job.prompt.len() >= self.room {
            return Err(EngineError::Invalid(format!(
                "the prompt has {} tokens, the context holds {}: shorten it or raise num_ctx",
                job.prompt.len(),
                self.room
            )));
        }
        let mut sampler = Sampler::new(self.model, &job.options, job.form.as_ref())?;
        sampler.accept_prompt(&job.options, &job.prompt, job.form.is_some());
        // at least one token has to be computed, for its logits
        let reused = self.slots[at].common(&job.prompt).min(job.prompt.len() - 1);
        let reused = self.forget(at, reused);
        let left = self.room - job.prompt.len();
        let wanted = usize::try_from(job.options.num_predict).unwrap_or(left).max(1);
        let limit = u32::try_from(wanted.min(left)).unwrap_or(u32::MAX);
        self.slots[at].run = Some(Run::new(job, sampler, reused, limit));
        Ok(())
    }

    /// Forgets what a sequence holds beyond `keep` tokens; answers how many are left: a recurrent model cannot forget a
    /// part.
    fn forget(&mut self, at: usize, keep: usize) -> usize {
        let slot = &mut self.slots[at];
        if keep == slot.cached.len() {
            return keep;
        }
        let (id, from) = (u32::try_from(slot.id).ok(), u32::try_from(keep).ok());
        if keep > 0 && self.context.clear_kv_cache_seq(id, from, None).unwrap_or(false) {
            slot.cached.truncate(keep);
            return keep;
        }
        let _ = self.context.clear_kv_cache_seq(id, None, None);
        slot.cached.clear();
        0
    }

    /// Fills the batch: answers first, so that a long prompt delays them by one batch at most.
    fn fill(&mut self) {
        self.batch.clear();
        for answering in [true, false] {
            for slot in &mut self.slots {
                let Some(run) = &mut slot.run else { continue };
                if run.answer_begun.is_some() != answering {
                    continue;
                }
                run.logits_at = None;
                let free = self.batch_size - usize::try_from(self.batch.n_tokens()).unwrap_or(0);
                let until = run.todo.len().min(run.next + free);
                for at in run.next..until {
                    let last = at + 1 == run.todo.len();
                    let (token, place) = (run.todo[at], slot.cached.len());
                    let Ok(place) = i32::try_from(place) else { break };
                    if self.batch.add(token, place, &[slot.id], last).is_err() {
                        break;
                    }
                    slot.cached.push(token);
                    run.next = at + 1;
                    if last {
                        run.logits_at = Some(self.batch.n_tokens() - 1);
                    }
                }
            }
        }
    }

    fn sample(&mut self) {
        for slot in &mut self.slots {
            let Some(run) = &mut slot.run else { continue };
            let Some(at) = run.logits_at.take() else { continue };
            let token = run.sampler.sample(&self.context, at);
            let vocabulary = self.model.vocab();
            let bytes = vocabulary.token_to_piece(token, false, None);
            let finish = run.take(token, &bytes, vocabulary.is_eog(token));
            let full = (slot.cached.len() >= self.room).then_some(Finish::Length);
            if let Some(finish) = finish.or(full)
                && let Some(run) = slot.run.take()
            {
                run.end(finish);
            }
        }
    }

    /// Nothing is known about the state of the sequences in the batch after a failure: they begin anew.
    fn fail(&mut self, reason: &str) {
        tracing::error!(reason, "the local engine could not compute a batch");
        for at in 0..self.slots.len() {
            if let Some(run) = self.slots[at].run.take() {
                let error = EngineError::Unavailable("the model could not compute the answer".to_owned());
                let _ = run.events.send(Event::Failed(error));
            }
            self.forget(at, 0);
        }
    }
}
