//! Limits hold over all gateways together.

use pulse_client::NewMessage;

use crate::people::{code, gateway_url, pair};

#[tokio::test]
async fn twenty_messages_in_ten_seconds_are_twenty_over_all_gateways() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let elsewhere = pair.ada.at(&gateway_url(&pair.stack, 1)?)?;
    for number in 0..20 {
        pair.ada.send(pair.chat.id, &NewMessage::new(format!("{number}"))).await?;
    }
    assert_eq!(code(pair.ada.send(pair.chat.id, &NewMessage::new("one too many")).await), "rate_limited");
    assert_eq!(code(elsewhere.send(pair.chat.id, &NewMessage::new("elsewhere")).await), "rate_limited");
    // Her peer has an allowance of her own.
    pair.grace.send(pair.chat.id, &NewMessage::new("slow down")).await?;
    Ok(())
}

#[tokio::test]
async fn a_person_has_32_sockets_over_all_gateways() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let elsewhere = pair.ada.at(&gateway_url(&pair.stack, 1)?)?;
    let mut sockets = Vec::new();
    for _ in 0..16 {
        sockets.push(pair.ada.connect().await?);
        sockets.push(elsewhere.connect().await?);
    }
    // What was opened last is told to the others a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    for gateway in [&pair.ada, &elsewhere] {
        assert_eq!(code(gateway.connect().await.map(drop)), "rate_limited");
    }
    Ok(())
}
