//! Read and delivered marks, over the stream of commands.

use pulse_types::ConversationId;

use crate::ws::commands::Asked;
use crate::ws::frames::Reply;

/// `read.mark`
pub fn read(asked: Asked, conversation_id: ConversationId, seq: i64) {
    let state = asked.state().clone();
    let (order, span) = asked.order(|| tracing::info_span!("ws.read.mark", otel.kind = "server"));
    state.commands.begin_mark_read(order, conversation_id, seq, move |marks| {
        // The span ends with the answer.
        let _span = span;
        asked.answer_command(marks.map(|marks| (Reply::Marks(marks), false)));
    });
}

/// `delivered.mark`
pub fn delivered(asked: Asked, conversation_id: ConversationId, seq: i64) {
    let state = asked.state().clone();
    let (order, span) = asked.order(|| tracing::info_span!("ws.delivered.mark", otel.kind = "server"));
    state.commands.begin_mark_delivered(order, conversation_id, seq, move |marks| {
        let _span = span;
        asked.answer_command(marks.map(|marks| (Reply::Marks(marks), false)));
    });
}
