//! Bytes through loopback TCP connections, without a protocol.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
};

use crate::{latencies::Latencies, report::count};

/// Bytes that a receiver reads at once.
const BUFFER: usize = 64 * 1024;

/// What a bare loop achieved.
pub(crate) struct FanOut {
    /// Received per second, by all receivers together.
    pub(crate) writes_per_second: f64,
    /// Of the thread that writes.
    pub(crate) cpu_micros: f64,
}

/// Writes so many messages of this size to each receiver, one write for each. Receivers read and discard them.
pub(crate) async fn fan_out(receivers: usize, bytes: usize, messages: usize) -> Result<FanOut> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (mut writers, mut reading) = (Vec::new(), JoinSet::new());
    for _ in 0..receivers {
        let socket = tokio::net::TcpStream::connect(listener.local_addr()?).await?;
        let (writer, _) = listener.accept()?;
        writer.set_nodelay(true)?;
        writers.push(writer);
        reading.spawn(discard(socket, bytes * messages));
    }
    let began = Instant::now();
    let writing = thread::spawn(move || {
        let frame = vec![b'x'; bytes];
        for _ in 0..messages {
            for mut writer in &writers {
                writer.write_all(&frame)?;
            }
        }
        let cpu = clock_gettime(ClockId::ThreadCPUTime);
        Ok::<_, std::io::Error>(Duration::try_from(cpu).unwrap_or_default())
    });
    while let Some(read) = reading.join_next().await {
        read??;
    }
    let time = began.elapsed();
    let cpu = writing.join().ok().context("the writing thread panicked")??;
    let writes = count(receivers * messages);
    Ok(FanOut { writes_per_second: writes / time.as_secs_f64(), cpu_micros: cpu.as_secs_f64() * 1e6 / writes })
}

async fn discard(mut socket: tokio::net::TcpStream, mut bytes: usize) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    while bytes > 0 {
        let read = socket.read(&mut buffer).await?;
        ensure!(read > 0, "a connection of the bare loop was lost");
        bytes = bytes.saturating_sub(read);
    }
    Ok(())
}

/// A connection on which each request of some bytes is answered with others. It ends with this value.
pub(crate) struct Echo {
    socket: tokio::net::TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Echo {
    /// Connects to a thread that answers.
    pub(crate) async fn connect(request: usize, answer: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || listener.accept().and_then(|(socket, _)| serve(socket, request, answer)));
        let socket = tokio::net::TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, request: vec![b'x'; request], answer: vec![0; answer] })
    }

    /// The time until a request is answered.
    pub(crate) async fn ask(&mut self) -> Result<Duration> {
        let began = Instant::now();
        self.socket.write_all(&self.request).await?;
        self.socket.read_exact(&mut self.answer).await?;
        Ok(began.elapsed())
    }

    /// The median time of so many requests.
    pub(crate) async fn median(&mut self, number: u32) -> Result<Duration> {
        let mut latencies = Latencies::default();
        for _ in 0..number {
            latencies.add(self.ask().await?);
        }
        Ok(latencies.median())
    }
}

/// Answers until the connection ends.
fn serve(mut socket: TcpStream, request: usize, answer: usize) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let (mut request, answer) = (vec![0; request], vec![b'x'; answer]);
    while socket.read_exact(&mut request).is_ok() {
        socket.write_all(&answer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_arrive_and_are_timed() {
        let fan_out = fan_out(3, 100, 10).await.unwrap();
        assert!(fan_out.writes_per_second > 0.0 && fan_out.cpu_micros > 0.0);
        let median = Echo::connect(10, 1000).await.unwrap().median(5).await.unwrap();
        assert!(median > Duration::ZERO);
    }
}
