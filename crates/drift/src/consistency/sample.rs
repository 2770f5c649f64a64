//! The samples of a page against the page.

use super::{Checker, Disagreement};
use crate::page::{Named, Sample, SampleBody, is_content_type};

impl Checker<'_> {
    pub(super) fn samples(&mut self) {
        for sample in &self.page.samples {
            self.sample(sample);
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let name = sample.language.name();
        let Some(address) = &sample.address else {
            let text = format!("the sample in {name} sends to no address");
            return self.report(
                Disagreement::SampleIncomplete,
                sample.lines.start,
                None,
                text,
            );
        };
        let Some(method) = &sample.method else {
            let text = format!("the sample in {name} has no method");
            return self.report(
                Disagreement::SampleIncomplete,
                sample.lines.start,
                None,
                text,
            );
        };
        if let Some(endpoint) = &self.page.endpoint {
            let main = &endpoint.value;
            if address.value != main.address {
                let text = format!(
                    "the sample in {name} sends to `{}`, the page is about `{}`",
                    written(&address.value),
                    written(&main.address)
                );
                self.report(
                    Disagreement::Address,
                    address.line,
                    Some(endpoint.line),
                    text,
                );
            }
            if method.value != main.method {
                let text = format!(
                    "the sample in {name} uses {}, the page is about {}",
                    method.value, main.method
                );
                self.report(Disagreement::Method, method.line, Some(endpoint.line), text);
            }
        }
        self.sample_headers(sample);
        self.sample_body(sample);
    }

    fn sample_headers(&mut self, sample: &Sample) {
        let page = self.page;
        let name = sample.language.name();
        let mut expected: Vec<Named<(String, String)>> = page
            .request_headers()
            .into_iter()
            .map(|header| Named {
                line: header.line,
                value: (header.name.clone(), header.value.clone()),
            })
            .collect();
        expected.extend(page.media_type().map(|media_type| Named {
            line: media_type.line,
            value: ("Content-Type".to_owned(), media_type.value),
        }));
        for Named {
            line,
            value: (header, value),
        } in &expected
        {
            let sent = sample
                .headers
                .iter()
                .find(|sent| sent.name.eq_ignore_ascii_case(header));
            let about = if header.eq_ignore_ascii_case("content-type") {
                Disagreement::MediaType
            } else {
                Disagreement::Headers
            };
            match sent {
                None => {
                    let text = format!("the sample in {name} does not send `{header}`");
                    self.report(about, sample.lines.start, Some(*line), text);
                }
                Some(sent) if sent.value != *value => {
                    let text = format!(
                        "the sample in {name} sends `{}` as `{header}`, not `{value}`",
                        sent.value
                    );
                    self.report(about, sent.line, Some(*line), text);
                }
                Some(_) => {}
            }
        }
        for sent in &sample.headers {
            let known = expected
                .iter()
                .any(|header| header.value.0.eq_ignore_ascii_case(&sent.name));
            if !known {
                let about = if is_content_type(sent) {
                    Disagreement::MediaType
                } else {
                    Disagreement::Headers
                };
                let text = format!(
                    "the sample in {name} sends `{}`, which the page does not name",
                    sent.name
                );
                self.report(about, sent.line, None, text);
            }
        }
    }

    fn sample_body(&mut self, sample: &Sample) {
        let name = sample.language.name();
        let expected = self.page.request_body();
        let against = expected.as_ref().map(|body| body.line);
        match (&sample.body, &expected) {
            (None, None) => {}
            (Some(SampleBody::Json(sent)), Some(body)) if sent.value == body.value => {}
            (Some(SampleBody::Other(text)), _) => {
                let line = text.line;
                let text = format!("the body that the sample in {name} sends is not JSON");
                self.report(Disagreement::Body, line, against, text);
            }
            (Some(SampleBody::Json(sent)), _) => {
                let text = format!("the sample in {name} sends another body than the page shows");
                self.report(Disagreement::Body, sent.line, against, text);
            }
            (None, Some(_)) => {
                let text = format!("the sample in {name} sends no body");
                self.report(Disagreement::Body, sample.lines.start, against, text);
            }
        }
    }
}

/// An address with the part of it that pages write in two ways.
pub(super) fn written(address: &crate::page::Address) -> String {
    match &address.host {
        Some(host) => format!("{{{{{host}}}}}{}{}", address.base, address.path),
        None => format!("{}{}", address.base, address.path),
    }
}
