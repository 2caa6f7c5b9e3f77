//! A line to a server that a test can hold: what the server answers stops on its way, and whoever reads it is in the middle of
//! something for as long as the test wants.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A port of 127.0.0.1 that leads to another one.
pub struct Line {
    port: u16,
    gate: Arc<Gate>,
}

impl Line {
    /// Passes everything, until it is told to hold.
    pub fn to(server: u16) -> Line {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let gate = Arc::new(Gate::default());
        let beyond = Arc::clone(&gate);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A server that is gone is for the client to find out.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    join(&client, &server, &beyond);
                }
            }
        });
        Line { port, gate }
    }

    /// `url` of the server, over this line.
    pub fn url(&self, url: &str) -> String {
        let (login, rest) = url.rsplit_once('@').expect("a URL with a login");
        let (_, schema) = rest.split_once('/').expect("a URL with a schema");
        format!("{login}@127.0.0.1:{}/{schema}", self.port)
    }

    /// Passes `bytes` more of the server's answers, and then none.
    pub fn hold_after(&self, bytes: usize) {
        self.gate.lock().left = Some(bytes);
    }

    /// Somebody waits for an answer that is held.
    pub fn is_holding(&self) -> bool {
        self.gate.lock().waiting > 0
    }

    pub fn release(&self) {
        self.gate.lock().left = None;
        self.gate.changed.notify_all();
    }

    /// Breaks every connection there is, as a server that dies does. New ones pass.
    pub fn cut(&self) {
        let mut state = self.gate.lock();
        for stream in state.open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        state.left = None;
        self.gate.changed.notify_all();
    }
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    left: Option<usize>,
    waiting: usize,
    open: Vec<TcpStream>,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `bytes` may pass.
    fn pass(&self, bytes: usize) {
        let mut state = self.lock();
        state.waiting += 1;
        while state.left == Some(0) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        state.left = state.left.map(|left| left.saturating_sub(bytes));
    }
}

fn join(client: &TcpStream, server: &TcpStream, gate: &Arc<Gate>) {
    let twice = || Ok::<_, io::Error>((client.try_clone()?, server.try_clone()?));
    let (Ok(asks), Ok(answers), Ok(kept)) = (twice(), twice(), twice()) else { return };
    gate.lock().open.extend([kept.0, kept.1]);
    let gate = Arc::clone(gate);
    thread::spawn(move || copy(asks.0, asks.1, |_| {}));
    thread::spawn(move || copy(answers.1, answers.0, |bytes| gate.pass(bytes)));
}

fn copy(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn(usize)) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        may_pass(bytes);
        if to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
