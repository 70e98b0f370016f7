//! A browser tab: a Socket.IO client that writes down what it hears, and can stop reading.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::{Mutex as AsyncMutex, oneshot, watch},
    task::JoinHandle,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use crate::{Answer, Caller, until, wire};

type Write = futures::stream::SplitSink<WebSocketStream<TcpStream>, Message>;
type Read = futures::stream::SplitStream<WebSocketStream<TcpStream>>;

/// How long a server may take to accept a tab or to acknowledge an event.
const PATIENCE: Duration = Duration::from_secs(10);
/// The receive buffer of a tab that is meant to be slow, in bytes: the server must notice soon that nobody reads.
const NARROW: u32 = 4096;

/// One event as it arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When.
    pub at: Instant,
    /// The event's name.
    pub name: String,
    /// Its first argument.
    pub data: Value,
}

#[derive(Default)]
struct Memory {
    heard: Mutex<Vec<Heard>>,
    acks: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    sid: Mutex<String>,
    bytes: AtomicU64,
    closed: AtomicBool,
}

/// A connected tab; dropping it closes the connection.
pub struct Tab {
    memory: Arc<Memory>,
    write: Arc<AsyncMutex<Write>>,
    reading: watch::Sender<bool>,
    next_ack: AtomicU64,
    task: JoinHandle<()>,
}

impl Tab {
    /// Opens a tab of this caller, as the web UI does: connects with the token, then joins.
    ///
    /// # Panics
    /// When the server does not accept it.
    pub async fn open(caller: &Caller) -> Self {
        let tab = Self::connect(caller, false).await;
        let joined = tab.join(caller).await;
        assert_eq!(joined["id"], caller.id.as_str(), "the tab could not join");
        tab
    }

    /// The same with a small receive buffer, so that the server is held up soon after the tab stops reading.
    ///
    /// # Panics
    /// When the server does not accept it.
    pub async fn open_narrow(caller: &Caller) -> Self {
        let tab = Self::connect(caller, true).await;
        tab.join(caller).await;
        tab
    }

    /// Connects with the token and says nothing else.
    ///
    /// # Panics
    /// When the server does not accept the connection.
    pub async fn connect(caller: &Caller, narrow: bool) -> Self {
        let host = caller.base.trim_start_matches("http://");
        let address: SocketAddr = host.parse().expect("an address");
        let socket = TcpSocket::new_v4().expect("a socket");
        if narrow {
            socket.set_recv_buffer_size(NARROW).expect("a small buffer");
        }
        let stream = socket.connect(address).await.expect("the server accepts connections");
        stream.set_nodelay(true).expect("a socket option");
        let url = format!("ws://{host}/ws/socket.io/?EIO=4&transport=websocket");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("a websocket");
        let (mut write, read) = socket.split();
        write.send(Message::text(format!("40{}", json!({"token": caller.token})))).await.expect("a greeting");
        let (memory, write) = (Arc::new(Memory::default()), Arc::new(AsyncMutex::new(write)));
        let (reading, may_read) = watch::channel(true);
        let task = tokio::spawn(listen(read, write.clone(), memory.clone(), may_read));
        let tab = Self { memory, write, reading, next_ack: AtomicU64::new(1), task };
        until("the tab is connected", PATIENCE, async || (!tab.sid().is_empty()).then_some(())).await;
        tab
    }

    /// Says `user-join`; gives the acknowledgement.
    pub async fn join(&self, caller: &Caller) -> Value {
        self.call("user-join", &json!({"auth": {"token": caller.token}})).await
    }

    /// The session id that completion requests name.
    pub fn sid(&self) -> String {
        self.memory.sid.lock().expect("a healthy lock").clone()
    }

    /// Sends an event.
    ///
    /// # Panics
    /// When the connection is closed.
    pub async fn emit(&self, name: &str, data: &Value) {
        self.write(format!("42{}", json!([name, data]))).await;
    }

    /// Sends an event and waits for its acknowledgement.
    ///
    /// # Panics
    /// When there is none within ten seconds.
    pub async fn call(&self, name: &str, data: &Value) -> Value {
        let id = self.next_ack.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        self.memory.acks.lock().expect("a healthy lock").insert(id, answered);
        self.write(format!("42{id}{}", json!([name, data]))).await;
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        answer.unwrap_or_else(|_| panic!("{name} was not acknowledged")).expect("an open connection")
    }

    async fn write(&self, text: String) {
        self.write.lock().await.send(Message::text(text)).await.expect("the tab is connected");
    }

    /// Stops reading: what the server sends stays in its buffers.
    pub fn stop_reading(&self) {
        self.reading.send_replace(false);
    }

    /// Reads again.
    pub fn read_again(&self) {
        self.reading.send_replace(true);
    }

    /// Everything heard so far, in order.
    pub fn heard(&self) -> Vec<Heard> {
        self.memory.heard.lock().expect("a healthy lock").clone()
    }

    /// What the tab makes of one message's events so far.
    pub fn answer(&self, message_id: &str) -> Answer {
        Answer::of(&self.heard(), message_id)
    }

    /// Waits until what the tab makes of a message's events is as wanted.
    ///
    /// # Panics
    /// When it does not come to that; the message names `what`.
    pub async fn until(
        &self,
        what: &str,
        patience: Duration,
        message_id: &str,
        wanted: impl Fn(&Answer) -> bool,
    ) -> Answer {
        until(what, patience, async || Some(self.answer(message_id)).filter(|answer| wanted(answer))).await
    }

    /// Bytes of all frames so far.
    pub fn bytes(&self) -> u64 {
        self.memory.bytes.load(Ordering::Relaxed)
    }

    /// Whether the server ended the connection.
    pub fn is_closed(&self) -> bool {
        self.memory.closed.load(Ordering::Relaxed)
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(
    mut read: Read,
    write: Arc<AsyncMutex<Write>>,
    memory: Arc<Memory>,
    mut may_read: watch::Receiver<bool>,
) {
    loop {
        if may_read.wait_for(|may| *may).await.is_err() {
            return;
        }
        // A tab that is told to stop reads nothing more, also when it is already waiting for something.
        let frame = tokio::select! {
            biased;
            _ = may_read.wait_for(|may| !*may) => continue,
            frame = read.next() => frame,
        };
        let Some(Ok(frame)) = frame else { break };
        let Message::Text(text) = frame else { continue };
        memory.bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
        let answer = match wire::read(&text) {
            wire::Packet::Ping => Some("3".to_string()),
            wire::Packet::Connected(sid) => {
                *memory.sid.lock().expect("a healthy lock") = sid;
                None
            }
            wire::Packet::Event { name, data, ack } => {
                memory.heard.lock().expect("a healthy lock").push(Heard { at: Instant::now(), name, data });
                ack.map(|id| format!("43{id}[null]"))
            }
            wire::Packet::Ack(id, value) => {
                let waiting = memory.acks.lock().expect("a healthy lock").remove(&id);
                waiting.map(|waiting| waiting.send(value));
                None
            }
            wire::Packet::Close => break,
            wire::Packet::Other => None,
        };
        let Some(answer) = answer else { continue };
        if write.lock().await.send(Message::text(answer)).await.is_err() {
            break;
        }
    }
    memory.closed.store(true, Ordering::Relaxed);
}
