//! Sends an answer, or what a fault leaves of it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures::stream;

use super::connection::ConnectionControl;
use crate::clock::pause;
use crate::fault::{Delivery, Reply};

/// In how many pieces a body dribbles.
const PIECES: usize = 16;

pub(super) async fn send(
    reply: Reply,
    delivery: Delivery,
    connection: &ConnectionControl,
) -> Response {
    let body = reply.body;
    let length = HeaderValue::from(body.len());
    let (body, length) = match delivery {
        Delivery::Whole(delay) => {
            if !delay.is_zero() {
                pause(delay).await;
            }
            (Body::from(body), None)
        }
        Delivery::Cut => {
            connection.cut();
            (Body::empty(), None)
        }
        Delivery::Reset => {
            connection.reset();
            (Body::empty(), None)
        }
        Delivery::Half => (half(body, connection.clone()), Some(length)),
        Delivery::Dribble(between) => (dribble(body, between), Some(length)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::IM_A_TEAPOT);
    *response.headers_mut() = reply.headers;
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    response
}

/// The first half of a body; then the connection is closed.
fn half(body: Bytes, connection: ConnectionControl) -> Body {
    let half = body.slice(..body.len() / 2);
    Body::from_stream(stream::unfold(Some(half), move |half| {
        let connection = connection.clone();
        async move {
            if let Some(half) = half {
                return Some((Ok(half), None));
            }
            // What came before must have left before the connection is closed.
            pause(Duration::from_millis(1)).await;
            connection.cut();
            Some((
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)),
                None,
            ))
        }
    }))
}

fn dribble(body: Bytes, between: Duration) -> Body {
    let piece = body.len().div_ceil(PIECES).max(1);
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(piece.min(rest.len()));
        pause(between).await;
        Some((Ok::<_, std::convert::Infallible>(piece), rest))
    }))
}
