//! One message is one trace, from the sender's socket to the receiver's.

use pulse_testkit::OtlpCollector;

use crate::people::pair;

#[tokio::test]
async fn a_message_is_one_trace_through_gateway_store_transaction_and_bus() -> anyhow::Result<()> {
    let collector = OtlpCollector::start().await?;
    let pair = pair(&[("PULSE_OTLP_ENDPOINT", &collector.endpoint())]).await?;
    let mut grace_socket = pair.grace.connect().await?;
    let ada_socket = pair.ada.connect().await?;
    ada_socket.send_message(pair.chat.id, "follow me").await?;
    grace_socket.next_of("message.created").await?;

    let spans = collector
        .wait_for(|spans| {
            let root = spans.iter().find(|span| span.name == "ws.message.send")?;
            let trace: Vec<_> = spans.iter().filter(|span| span.trace_id == root.trace_id).cloned().collect();
            let deliveries = trace.iter().filter(|span| span.name == "ws.deliver").count();
            (deliveries >= 2).then_some(trace)
        })
        .await?;
    let mut names: Vec<_> = spans.iter().map(|span| (span.service.clone(), span.name.clone())).collect();
    names.sort();
    println!("{names:#?}");
    for expected in [
        ("gateway", "ws.message.send"),
        ("message-store", "message.send"),
        ("message-store", "message.commit"),
        ("message-store", "message.publish"),
        ("gateway", "ws.deliver"),
    ] {
        assert!(names.iter().any(|(service, name)| (service.as_str(), name.as_str()) == expected), "no {expected:?} in {names:?}");
    }
    Ok(())
}
