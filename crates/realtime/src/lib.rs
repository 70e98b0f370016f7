//! Socket.IO sessions, rooms and events.
