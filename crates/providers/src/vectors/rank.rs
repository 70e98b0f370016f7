use std::time::Duration;

use serde_json::{Value, json};
use transom_config::keys;

use super::Reranker;
use crate::connection::{Connection, Family};
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, Upstream, UpstreamBody};

impl Reranker {
    /// Whether a reranker is set; without one, what was found stays in its order.
    pub fn is_set(&self) -> bool {
        let conf = &self.core.conf;
        match conf.get(&keys::RAG_RERANKING_ENGINE).as_str() {
            "" => !conf.get(&keys::RAG_RERANKING_MODEL).trim().is_empty(),
            _ => !conf.get(&keys::RAG_EXTERNAL_RERANKER_URL).trim().is_empty(),
        }
    }

    /// How well each passage answers the question, in the order of the passages.
    ///
    /// # Errors
    /// See [`ProviderError`]; also when the answer does not hold a score for each passage.
    #[tracing::instrument(name = "rerank", skip_all, fields(passages = passages.len()))]
    pub async fn score(&self, who: &Requester, question: &str, passages: Vec<String>) -> Result<Vec<f32>> {
        if passages.is_empty() {
            return Ok(Vec::new());
        }
        let conf = &self.core.conf;
        let model = conf.get(&keys::RAG_RERANKING_MODEL);
        if conf.get(&keys::RAG_RERANKING_ENGINE).is_empty() {
            let update = conf.get(&keys::RAG_RERANKING_MODEL_AUTO_UPDATE);
            return self.core.engine.scores(&model, update, question, passages).await;
        }
        let connection = Connection {
            family: Family::OpenAi,
            idx: 0,
            url: conf.get(&keys::RAG_EXTERNAL_RERANKER_URL),
            key: conf.get(&keys::RAG_EXTERNAL_RERANKER_API_KEY),
            config: serde_json::Map::new(),
        };
        let count = passages.len();
        let body = json!({"model": model, "query": question, "documents": passages, "top_n": count});
        let mut call = Call::post(&self.core, &connection, "", who, &body)?;
        let limit = conf.get(&keys::RAG_EXTERNAL_RERANKER_TIMEOUT).trim().parse::<f64>().ok();
        if let Some(limit) =
            limit.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).filter(|t| !t.is_zero())
        {
            call.timeout = Some(limit);
        }
        let answer = Upstream::read_ok(self.core.send(call).await?).await?;
        let UpstreamBody::Json(answer) = answer.body else { return Err(no_scores()) };
        scores_of(&answer, count).ok_or_else(no_scores)
    }
}

fn no_scores() -> ProviderError {
    ProviderError::Broken("the answer does not hold a score for each passage".into())
}

/// The scores of `{results: [{index, relevance_score}]}`, in the order of the passages.
fn scores_of(answer: &Value, count: usize) -> Option<Vec<f32>> {
    let mut scores = vec![None; count];
    for entry in answer["results"].as_array()? {
        let index = usize::try_from(entry["index"].as_u64()?).ok()?;
        *scores.get_mut(index)? = Some(entry["relevance_score"].as_f64()? as f32);
    }
    scores.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_in_the_order_of_the_passages() {
        let answer =
            json!({"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]});
        assert_eq!(scores_of(&answer, 2).unwrap(), [0.1, 0.9]);
        assert!(scores_of(&answer, 3).is_none() && scores_of(&answer, 1).is_none());
        assert!(scores_of(&json!({"detail": "no"}), 1).is_none());
    }
}
