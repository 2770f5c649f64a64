//! Sends an answer, or what a fault leaves of it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures::stream;

use crate::clock::pause;
use crate::fault::{Delivery, Reply};
use crate::wire::Fate;

/// In how many pieces a body dribbles.
const PIECES: usize = 16;

pub(super) async fn send(reply: Reply, delivery: Delivery, fate: &Fate) -> Response {
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
            fate.cut();
            (Body::empty(), None)
        }
        Delivery::Reset => {
            fate.reset();
            (Body::empty(), None)
        }
        Delivery::Half => (half(body, fate.clone()), Some(length)),
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
fn half(body: Bytes, fate: Fate) -> Body {
    let half = body.slice(..body.len() / 2);
    Body::from_stream(stream::unfold(Some(half), move |half| {
        let fate = fate.clone();
        async move {
            if let Some(half) = half {
                return Some((Ok(half), None));
            }
            // What came before must have left before the connection is closed.
            pause(Duration::from_millis(1)).await;
            fate.cut();
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
