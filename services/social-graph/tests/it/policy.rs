//! Who may call what.

use pulse_proto::graph::v1::block_service_client::BlockServiceClient;
use pulse_proto::graph::v1::report_service_client::ReportServiceClient;
use pulse_proto::graph::v1::{
    CreateReportRequest, FollowRequest, GetOwnProfileRequest, GetUsersRequest, ListBlocksRequest,
    ListReportsRequest,
};
use pulse_rpc::{Failure, Reason, ServiceName};
use pulse_types::{SystemClock, UserId};

use crate::door::{Door, new_profile};

#[tokio::test]
async fn services_that_are_not_on_a_methods_list_are_refused() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for stranger in [ServiceName::Gateway, ServiceName::MessageStore, ServiceName::SocialGraph] {
        let mut client = door.client_of(stranger).unwrap();
        let refused =
            client.create_profile(new_profile(UserId::new(&SystemClock), "eve", "")).await.unwrap_err();
        assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden, "{stranger}");
    }
    for stranger in [ServiceName::Auth, ServiceName::MessageStore] {
        let mut client = door.client_of(stranger).unwrap();
        let refused =
            client.get_own_profile(ada.principal.request(GetOwnProfileRequest {})).await.unwrap_err();
        assert_eq!(Failure::from_status(refused).reason, Reason::Forbidden, "{stranger}");
    }
    let mut operator = door.client_of(ServiceName::Operator).unwrap();
    operator.get_own_profile(ada.principal.request(GetOwnProfileRequest {})).await.unwrap();
}

#[tokio::test]
async fn the_queue_of_reports_is_the_operators_alone_and_reports_come_through_the_gateway_alone() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let everybody = [
        ServiceName::Gateway,
        ServiceName::Auth,
        ServiceName::MessageStore,
        ServiceName::SocialGraph,
        ServiceName::Operator,
    ];
    for caller in everybody {
        let wire = door.connection_of(caller).unwrap();
        let mut reports = ReportServiceClient::new(wire.clone());
        let listed = reports.list_reports(ListReportsRequest::default()).await.map_err(reason);
        let is_operator = caller == ServiceName::Operator;
        assert_eq!(listed.err(), (!is_operator).then_some(Reason::Forbidden), "{caller} lists");
        let request = ada.principal.request(CreateReportRequest::default());
        let made = reports.create_report(request).await.map_err(reason).unwrap_err();
        let is_gateway = caller == ServiceName::Gateway;
        assert_eq!(
            made,
            if is_gateway { Reason::ValidationFailed } else { Reason::Forbidden },
            "{caller} makes"
        );
        let request = ada.principal.request(ListBlocksRequest::default());
        let blocks = BlockServiceClient::new(wire).list_blocks(request).await.map_err(reason);
        let for_users = is_operator || is_gateway;
        assert_eq!(blocks.err(), (!for_users).then_some(Reason::Forbidden), "{caller} lists blocks");
        let request = ada.principal.request(GetUsersRequest::default());
        let users = door.client_of(caller).unwrap().get_users(request).await.map_err(reason);
        assert_eq!(users.err(), (!for_users).then_some(Reason::Forbidden), "{caller} asks for users");
    }
}

fn reason(status: tonic::Status) -> Reason {
    Failure::from_status(status).reason
}

#[tokio::test]
async fn a_call_for_nobody_is_unauthenticated() {
    let door = Door::open().await.unwrap();
    let refused = door.client.clone().follow(FollowRequest::default()).await.unwrap_err();
    assert_eq!(Failure::from_status(refused).reason, Reason::Unauthenticated);
}
