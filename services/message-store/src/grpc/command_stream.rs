//! Many users' commands over one long-lived stream: read in order, stored in batches, answered as they are done.

use std::sync::Arc;
use std::time::Duration;

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::execute_commands_response::Result as Outcome;
use pulse_rpc::Failure;
use pulse_runtime::Shutdown;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use crate::domain::address::Signer;
use crate::domain::message::Message;
use crate::grpc::{convert, parse};
use crate::ops::Context;
use crate::ops::command::{self, CommandError, Done, Queued};

/// Commands of one stream that are not answered yet. When so many are, the stream is read no further, and HTTP/2 holds
/// back its sender.
const IN_FLIGHT_MAX: usize = 4096;
/// What a command may take that does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer with the place it takes in flight, which is free once the answer is on the wire.
pub(super) type Answer = (proto::ExecuteCommandsResponse, OwnedSemaphorePermit);

struct CommandStream {
    context: Context,
    answers: mpsc::Sender<Answer>,
    in_flight: Arc<Semaphore>,
}

/// Starts to read a stream, as a task of `shutdown`, and gives its answers. They end when the sender has ended the stream or
/// the shutdown has begun, and everything that was read is answered.
pub(super) fn spawn(
    context: Context,
    requests: Streaming<proto::ExecuteCommandsRequest>,
    shutdown: &Shutdown,
) -> ReceiverStream<Answer> {
    // As large as what may be in flight, so that there is always room for an answer.
    let (answers, receiver) = mpsc::channel(IN_FLIGHT_MAX);
    let stream = CommandStream { context, answers, in_flight: Arc::new(Semaphore::new(IN_FLIGHT_MAX)) };
    shutdown.spawn("commands.stream", stream.run(requests, shutdown.clone()));
    ReceiverStream::new(receiver)
}

impl CommandStream {
    async fn run(self, mut requests: Streaming<proto::ExecuteCommandsRequest>, shutdown: Shutdown) {
        let begun = shutdown.token();
        loop {
            let next = tokio::select! {
                biased;
                () = begun.cancelled() => return,
                () = self.answers.closed() => return,
                next = Self::next(&mut requests, &self.in_flight) => next,
            };
            match next {
                Ok(Some((request, permit))) => self.accept(request, permit),
                Ok(None) => return,
                Err(status) => {
                    tracing::debug!(%status, "a stream of commands broke");
                    return;
                }
            }
        }
    }

    async fn next(
        requests: &mut Streaming<proto::ExecuteCommandsRequest>,
        in_flight: &Arc<Semaphore>,
    ) -> Result<Option<(proto::ExecuteCommandsRequest, OwnedSemaphorePermit)>, Status> {
        // Never closed.
        let Ok(permit) = Arc::clone(in_flight).acquire_owned().await else { return Ok(None) };
        Ok(requests.message().await?.map(|request| (request, permit)))
    }

    fn accept(&self, request: proto::ExecuteCommandsRequest, permit: OwnedSemaphorePermit) {
        let command_id = request.command_id;
        let answers = self.answers.clone();
        let reply = move |result| {
            let response = proto::ExecuteCommandsResponse { command_id, result: Some(result) };
            // Whoever has gone away does not hear the outcome.
            drop(answers.try_send((response, permit)));
        };
        let command = match parse::command(&request, &*self.context.clock) {
            Ok(command) => command,
            Err(failure) => {
                failure.log();
                return reply(Outcome::Failure(failure.to_message()));
            }
        };
        let timeout = match request.timeout_ms {
            0 => DEFAULT_TIMEOUT,
            milliseconds => Duration::from_millis(milliseconds.into()),
        };
        let span = command::span_of(&command.action, &request.traceparent);
        let signer = self.context.signer();
        let reply = Box::new(move |outcome| reply(answer(outcome, &signer)));
        self.context.writers.submit(Queued { command, deadline: Instant::now() + timeout, span, reply });
    }
}

fn answer(outcome: Result<Done, CommandError>, signer: &Signer) -> Outcome {
    match outcome {
        Ok(Done::Sent { message, is_replay }) => Outcome::SendMessage(sent(&message, is_replay, signer)),
        Ok(Done::Marked { is_read, marks, last_seq, counts }) => {
            let marks = Some(convert::marks(marks, last_seq, counts));
            match is_read {
                true => Outcome::MarkRead(proto::MarkReadResponse { marks }),
                false => Outcome::MarkDelivered(proto::MarkDeliveredResponse { marks }),
            }
        }
        Err(error) => {
            let failure = Failure::from(error);
            failure.log();
            Outcome::Failure(failure.to_message())
        }
    }
}

/// A stored message as an answer.
pub(super) fn sent(message: &Message, is_replay: bool, signer: &Signer) -> proto::SendMessageResponse {
    proto::SendMessageResponse { message: Some(convert::message(message, signer)), replayed: is_replay }
}
