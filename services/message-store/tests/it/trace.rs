//! One trace from the command through the transaction to the event.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::execute_commands_request::Command;
use pulse_runtime::{Telemetry, TelemetrySettings};
use pulse_testkit::OtlpCollector;

use crate::app::{App, SOON, message, next, plain};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_one_trace_from_the_command_to_the_event() {
    let collector = OtlpCollector::start().await.unwrap();
    let settings = TelemetrySettings {
        log_filter: "warn".to_owned(),
        log_is_json: false,
        otlp_endpoint: Some(collector.endpoint()),
    };
    let telemetry = Telemetry::start("message-store", &settings).unwrap();
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let (_bus, mut for_bob) = app.listen(bob).await;

    let trace_id = "0af7651916cd43dd8448eb211c80319c";
    let request = proto::ExecuteCommandsRequest {
        command_id: 1,
        principal: Some(ada.to_message()),
        traceparent: format!("00-{trace_id}-b7ad6b7169203331-01"),
        timeout_ms: 0,
        command: Some(Command::SendMessage(message(&place, "traced"))),
    };
    let opened = app.client.clone().execute_commands(plain(tokio_stream::iter([request]))).await;
    let answer = opened.unwrap().into_inner().message().await.unwrap().unwrap();
    assert_eq!(answer.command_id, 1);
    let event = next(&mut for_bob).await;
    let traceparent = event.traceparent.unwrap();
    assert!(traceparent.contains(trace_id), "{traceparent}");

    telemetry.stop().await;
    let names = ["message.send", "message.commit", "message.publish"];
    let of_trace = |name: &'static str| {
        move |span: &&pulse_testkit::TestSpan| span.name == name && span.trace_id == trace_id
    };
    let enough =
        |spans: &[pulse_testkit::TestSpan]| names.iter().all(|name| spans.iter().any(|s| of_trace(name)(&s)));
    let spans = collector.wait_for(enough, SOON).await.unwrap();
    let [send, commit, publish] = names.map(|name| spans.iter().find(of_trace(name)).unwrap());
    assert_eq!(send.parent_span_id, "b7ad6b7169203331");
    assert_eq!((&commit.parent_span_id, &publish.parent_span_id), (&send.span_id, &send.span_id));
    assert_eq!(commit.attributes.get("batch.size").map(String::as_str), Some("1"));
    assert!(traceparent.contains(&publish.span_id), "the next process continues from the publishing");
}
