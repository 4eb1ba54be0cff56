//! One message is one trace, from the sender's socket to the receiver's.

use std::time::Duration;

use pulse_testkit::{OtlpCollector, TestSpan};

use crate::people::pair;

#[tokio::test]
async fn a_message_is_one_trace_through_gateway_store_transaction_and_bus() -> anyhow::Result<()> {
    let collector = OtlpCollector::start().await?;
    let pair = pair(&[("PULSE_OTLP_ENDPOINT", &collector.endpoint())]).await?;
    let mut grace_socket = pair.grace.connect().await?;
    let ada_socket = pair.ada.connect().await?;
    ada_socket.send_message(pair.chat.id, "follow me").await?;
    grace_socket.next_of("message.created").await?;

    // Each process sends its spans on when it likes.
    let is_told = |spans: &[TestSpan]| {
        let trace = trace_of_the_message(spans);
        deliveries(&trace) >= 2 && trace.iter().any(|span| span.name == "message.publish")
    };
    let spans = collector.wait_for(is_told, Duration::from_secs(20)).await?;
    let trace = trace_of_the_message(&spans);
    let roots = trace.iter().filter(|span| span.parent_span_id.is_empty()).count();
    assert_eq!(roots, 1, "one root, and everything else below it");
    let mut names: Vec<_> = trace.iter().map(|span| (span.service.clone(), span.name.clone())).collect();
    names.sort();
    eprintln!("{names:#?}");
    for expected in [
        ("gateway", "ws.message.send"),
        ("message-store", "message.send"),
        ("message-store", "message.commit"),
        ("message-store", "message.publish"),
        ("gateway", "ws.deliver"),
    ] {
        assert!(
            names.iter().any(|(service, name)| (service.as_str(), name.as_str()) == expected),
            "no {expected:?} in {names:?}"
        );
    }
    Ok(())
}

/// The spans of the trace that began with the sender's frame.
fn trace_of_the_message(spans: &[TestSpan]) -> Vec<TestSpan> {
    let root = spans.iter().find(|span| span.name == "ws.message.send");
    let in_trace = |span: &&TestSpan| root.is_some_and(|root| root.trace_id == span.trace_id);
    spans.iter().filter(in_trace).cloned().collect()
}

fn deliveries(trace: &[TestSpan]) -> usize {
    trace.iter().filter(|span| span.name == "ws.deliver").count()
}
