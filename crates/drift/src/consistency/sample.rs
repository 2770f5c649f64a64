//! The samples of a page against the page.

use std::collections::BTreeMap;

use super::{Checker, Contradiction};
use crate::compare::Topic;
use crate::page::{Named, Sample, SampleBody, is_content_type};

/// One way in which samples differ from the page: what it is about, what they have, and the line of the page.
type Difference = (Topic, String, Option<usize>);

impl Checker<'_> {
    /// Samples that differ from the page in the same way are one contradiction.
    pub(super) fn samples(&mut self) {
        let mut differences: BTreeMap<Difference, Vec<(&str, usize)>> = BTreeMap::new();
        for sample in &self.page.samples {
            for (line, difference) in self.sample(sample) {
                let name = sample.language.name();
                differences
                    .entry(difference)
                    .or_default()
                    .push((name, line));
            }
        }
        let all = self.page.samples.len();
        for ((about, text, against), samples) in differences {
            let everywhere = all > 1 && samples.len() == all;
            let names: Vec<&str> = samples.iter().map(|(name, _)| *name).collect();
            let who = match &names[..] {
                [name] => format!("the sample in {name} has"),
                _ if everywhere => format!("all {all} samples have"),
                [rest @ .., last] => format!("the samples in {} and {last} have", rest.join(", ")),
                [] => continue,
            };
            let text = format!("{who} {text}");
            self.found.push(Contradiction {
                about,
                line: samples[0].1,
                against,
                everywhere,
                cause: text.clone(),
                text,
            });
        }
    }

    /// How one sample differs, by line.
    fn sample(&self, sample: &Sample) -> Vec<(usize, Difference)> {
        let start = sample.lines.start;
        let incomplete = |what: &str| {
            let text = format!("no {what}");
            vec![(start, (Topic::SampleIncomplete, text, None))]
        };
        let Some(address) = &sample.address else {
            return incomplete("address");
        };
        let Some(method) = &sample.method else {
            return incomplete("method");
        };
        let mut found = Vec::new();
        if let Some(endpoint) = &self.page.endpoint {
            let main = &endpoint.value;
            let against = Some(endpoint.line);
            if address.value != main.address {
                let text = format!(
                    "the address `{}`, the page is about `{}`",
                    written(&address.value),
                    written(&main.address)
                );
                found.push((address.line, (Topic::PageAddresses, text, against)));
            }
            if method.value != main.method {
                let text = format!(
                    "the method {}, the page is about {}",
                    method.value, main.method
                );
                found.push((method.line, (Topic::PageMethod, text, against)));
            }
        }
        self.sample_headers(sample, &mut found);
        self.sample_body(sample, &mut found);
        found
    }

    fn sample_headers(&self, sample: &Sample, found: &mut Vec<(usize, Difference)>) {
        let page = self.page;
        let mut expected: Vec<(Named<(&str, String)>, bool)> = page
            .request_headers()
            .into_iter()
            .map(|header| {
                let value = (header.name.as_str(), header.value.clone());
                let line = header.line;
                (Named { line, value }, page.is_optional(header))
            })
            .collect();
        expected.extend(page.media_type().map(|media_type| {
            let value = ("Content-Type", media_type.value);
            let line = media_type.line;
            (Named { line, value }, false)
        }));
        let about = |header: &str| {
            if header.eq_ignore_ascii_case("content-type") {
                Topic::PageMediaType
            } else {
                Topic::PageHeaders
            }
        };
        for (header, optional) in &expected {
            let (name, value) = &header.value;
            let mut sent = sample.headers.iter();
            match sent.find(|sent| sent.name.eq_ignore_ascii_case(name)) {
                None if *optional => {}
                None => {
                    let text = format!("no header `{name}`");
                    found.push((sample.lines.start, (about(name), text, Some(header.line))));
                }
                Some(sent) if sent.value != *value => {
                    let text = format!("`{}` as `{name}`, not `{value}`", sent.value);
                    found.push((sent.line, (about(name), text, Some(header.line))));
                }
                Some(_) => {}
            }
        }
        for sent in &sample.headers {
            let known = |(header, _): &(Named<(&str, String)>, bool)| {
                header.value.0.eq_ignore_ascii_case(&sent.name)
            };
            if !expected.iter().any(known) {
                let text = format!("a header `{}`, which the page does not name", sent.name);
                let about = if is_content_type(sent) {
                    Topic::PageMediaType
                } else {
                    Topic::PageHeaders
                };
                found.push((sent.line, (about, text, None)));
            }
        }
    }

    fn sample_body(&self, sample: &Sample, found: &mut Vec<(usize, Difference)>) {
        let expected = self.page.request_body();
        let against = expected.as_ref().map(|body| body.line);
        let (line, text) = match (&sample.body, &expected) {
            (None, None) => return,
            (Some(SampleBody::Json(sent)), Some(body)) if sent.value == body.value => return,
            (Some(SampleBody::Other(text)), _) => (text.line, "a body that is not JSON"),
            (Some(SampleBody::Json(sent)), _) => (sent.line, "another body than the page shows"),
            (None, Some(_)) => (sample.lines.start, "no body"),
        };
        found.push((line, (Topic::PageBody, text.to_owned(), against)));
    }
}

/// An address with the part of it that pages write in two ways.
pub(super) fn written(address: &crate::page::Address) -> String {
    format!("{}{}{}", address.host_text(), address.base, address.path)
}
