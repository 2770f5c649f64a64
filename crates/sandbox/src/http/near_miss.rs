//! For a request that nothing answers: what it probably meant.

use std::cmp::Reverse;

use super::resource::{RESOURCES, Resource};

/// What comes closest to this request, and where it differs.
pub(crate) fn near_miss(
    found: Option<&Resource>,
    method: &str,
    path: &str,
    media_type: Option<&str>,
) -> Option<String> {
    let Some(resource) = found else {
        return closest_path(path);
    };
    let methods = resource.methods();
    if !methods.contains(&method) {
        let methods = methods.join(", ");
        return Some(format!(
            "the path matches {}, the method {method} is not among {methods}",
            resource.path
        ));
    }
    let routes = resource
        .routes
        .iter()
        .filter(|route| route.operation.method == method);
    let types: Vec<_> = routes
        .filter_map(|route| route.operation.media_type())
        .collect();
    let types = types.join(", ");
    Some(match media_type {
        Some(given) => {
            format!("path and method match, the media type `{given}` is not among {types}")
        }
        None => format!(
            "path and method match, the request has no Content-Type; it must be one of {types}"
        ),
    })
}

fn closest_path(path: &str) -> Option<String> {
    let mut given: Vec<&str> = path.trim_matches('/').split('/').collect();
    let below_v1 = given.first() == Some(&"environments");
    if below_v1 {
        given.insert(0, "v1");
    }
    let alike = |resource: &&Resource| {
        let segments: Vec<&str> = resource.path.trim_matches('/').split('/').collect();
        let same: u32 = segments
            .iter()
            .zip(&given)
            .map(|(known, given)| likeness(known, given))
            .sum();
        // Of paths that share as much, the one that ends most alike.
        let ends = segments.last().zip(given.last());
        let ends = ends.map_or(0.0, |(known, given)| strsim::jaro_winkler(known, given));
        let ends = (ends * 1000.0) as u32;
        (same, Reverse(segments.len().abs_diff(given.len())), ends)
    };
    let closest = RESOURCES.iter().max_by_key(alike)?;
    if below_v1 {
        return Some(format!(
            "no path matches; the platform's paths begin with /v1, as in {}",
            closest.path
        ));
    }
    Some(format!("no path matches; the closest is {}", closest.path))
}

/// How much a segment is like the one of a template.
fn likeness(known: &str, given: &str) -> u32 {
    if known == given {
        3
    } else if known.starts_with(given) || given.starts_with(known) {
        2
    } else {
        u32::from(known.starts_with('{'))
    }
}

#[cfg(test)]
mod tests {
    use super::closest_path;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(closest_path(path).as_deref(), Some(expected));
    }

    #[test]
    fn the_closest_path_shares_the_most_segments() {
        check(
            "/v1/environments/e/users/u/passwords",
            "no path matches; the closest is /v1/environments/{environmentId}/users/{userId}/password",
        );
        check(
            "/environments/e/users",
            "no path matches; the platform's paths begin with /v1, as in /v1/environments/{environmentId}/users",
        );
        check(
            "/e/deviceAuthentication",
            "no path matches; the closest is /{environmentId}/deviceAuthentications",
        );
    }
}
