//! The requests: one struct for each variant, which writes itself and reads itself.
//!
//! They are written as text: there are as many as operations, and their syntax is always the same.

use super::text::{listed, literal};
use super::types::{debug, rust_type};
use super::values::{Text, item, shape, style, text};
use super::{Paths, doc_lines, documentation};
use crate::model::{Api, Body, Format, Location, Operation, Parameter, ResponseBody};
use crate::names::{constant_name, request_name};
use crate::schemas::is_sensitive;

const IMPORTS: &str = "\
#[allow(unused_imports, reason = \"not every document needs each\")]
use ::pingone_models::request::{
    Endpoint, Open, Parts, Place, ReadError, Write, WriteError, support,
};
";

/// Generates the request of every operation.
#[must_use]
pub(crate) fn requests(api: &Api, paths: &Paths) -> String {
    let requests = api.operations.iter().map(|operation| {
        let request = Request::new(api, &paths.types, operation);
        request.print(&paths.operations)
    });
    IMPORTS.to_owned() + &requests.collect::<String>()
}

struct Request<'a> {
    operation: &'a Operation,
    name: String,
    /// What the sender decides: the parameters of the path in its order, the others in the document's, the body.
    fields: Vec<Field<'a>>,
    answer: String,
    read_answer: &'static str,
}

struct Field<'a> {
    name: &'a str,
    ty: String,
    description: String,
    required: bool,
    /// Whether it is a list of which each item is a pair of its own.
    list: bool,
    sensitive: bool,
    place: Place<'a>,
}

enum Place<'a> {
    Parameter {
        parameter: &'a Parameter,
        text: Text,
        shape: String,
    },
    Body(Format),
}

impl<'a> Request<'a> {
    fn new(api: &Api, models: &str, operation: &'a Operation) -> Self {
        let own = operation.parameters.iter();
        let mut parameters: Vec<&Parameter> =
            own.filter(|parameter| !parameter.client_supplied).collect();
        // The template has each path parameter once, or reading it could not tell them apart.
        parameters.sort_by_key(|parameter| match parameter.location {
            Location::Path => operation
                .path
                .find(&format!("{{{}}}", parameter.name))
                .unwrap_or(usize::MAX - 1),
            Location::Query | Location::Header => usize::MAX,
        });
        let mut fields: Vec<Field<'_>> = parameters
            .into_iter()
            .map(|parameter| Field::parameter(api, models, parameter))
            .collect();
        if let Body::Content {
            ty,
            format,
            required,
            ..
        } = &operation.body
        {
            fields.push(Field {
                name: "body",
                ty: rust_type(api, models, ty),
                description: "The body.".to_owned(),
                required: *required,
                list: false,
                sensitive: false,
                place: Place::Body(*format),
            });
        }
        let (answer, read_answer) = match operation.success() {
            ResponseBody::Json { ty, .. } => {
                (rust_type(api, models, &ty), "support::json_answer(body)")
            }
            ResponseBody::Open => ("Open".to_owned(), "Ok(Open::new(body.to_vec()))"),
            ResponseBody::None => ("()".to_owned(), "let _ = body;\n        Ok(())"),
        };
        Self {
            name: request_name(&operation.id),
            operation,
            fields,
            answer,
            read_answer,
        }
    }

    /// The request and its implementation. `#[inline]` leaves the code to the crates that use the operation: a program
    /// compiles what it calls, not every operation of the document.
    fn print(&self, operations: &str) -> String {
        let Self {
            name,
            answer,
            read_answer,
            ..
        } = self;
        let docs = doc_lines(&documentation(self.operation), "");
        let printed = self
            .fields
            .iter()
            .map(|field| (field.name, field.sensitive));
        let (derived, debug) = debug(name, &printed.collect::<Vec<_>>());
        let default = match self.required().next() {
            None => "Default, ",
            Some(_) => "",
        };
        let fields: String = self.fields.iter().map(Field::declaration).collect();
        let block = |lines: &str| match lines {
            "" => "{}".to_owned(),
            lines => format!("{{\n{lines}}}"),
        };
        let fields = block(&fields);
        let constructor = self.constructor();
        let row = constant_name(&self.operation.id);
        // The generated client writes the query in the order of the names.
        let mut written: Vec<&Field<'_>> = self.fields.iter().collect();
        written.sort_by_key(|field| match &field.place {
            Place::Parameter { parameter, .. } if parameter.location == Location::Path => (0, ""),
            Place::Parameter { parameter, .. } if parameter.location == Location::Query => {
                (1, parameter.name.as_str())
            }
            Place::Parameter { parameter, .. } => (2, parameter.name.as_str()),
            Place::Body(_) => (3, ""),
        });
        let writes: String = written.into_iter().map(Field::write).collect();
        let reads = self.fields.iter();
        let reads = reads.map(|field| format!("            {}: {},\n", field.name, field.read()));
        let reads: String = reads.collect();
        let to = if writes.is_empty() { "_" } else { "to" };
        let (from, own) = match reads.as_str() {
            "" => ("_", "Self {}".to_owned()),
            reads => ("from", format!("Self {{\n{reads}        }}")),
        };
        format!(
            "
{docs}#[derive(Clone, {derived}{default}PartialEq)]
#[non_exhaustive]
pub struct {name} {fields}
{debug}
{constructor}
impl Endpoint for {name} {{
    const OPERATION: &'static ::pingone_models::operation::Operation = &{operations}::{row};

    type Answer = {answer};

    #[inline]
    fn write(&self, {to}: &mut dyn Write) -> Result<(), WriteError> {{
{writes}        Ok(())
    }}

    #[inline]
    fn read({from}: &dyn Parts) -> Result<Self, ReadError> {{
        Ok({own})
    }}

    #[inline]
    fn read_answer(body: &[u8]) -> ::serde_json::Result<Self::Answer> {{
        {read_answer}
    }}
}}
"
        )
    }

    fn required(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| field.required)
    }

    fn constructor(&self) -> String {
        let arguments: Vec<String> = self.required().map(Field::argument).collect();
        let head = listed(4, "pub fn new(", &arguments, ") -> Self {");
        let values: Vec<String> = self.fields.iter().map(Field::initial).collect();
        let value = listed(8, "Self {", &values, "}");
        let setters = self.fields.iter().filter(|field| !field.required);
        let setters: String = setters.map(Field::setter).collect();
        let docs = if self.fields.iter().all(|field| field.required) {
            "Creates the request."
        } else {
            "Creates the request from what is required; everything else is absent."
        };
        format!(
            "impl {} {{
    /// {docs}
    #[must_use]
    {head}
        {value}
    }}
{setters}}}
",
            self.name
        )
    }
}

impl<'a> Field<'a> {
    fn parameter(api: &Api, models: &str, parameter: &'a Parameter) -> Self {
        let item = item(api, parameter);
        let ty = item.unwrap_or(parameter.ty.present());
        let fallback = || format!("The parameter `{}`.", parameter.name);
        Self {
            name: &parameter.argument,
            ty: rust_type(api, models, ty),
            description: parameter.description.clone().unwrap_or_else(fallback),
            required: parameter.required,
            list: item.is_some(),
            sensitive: is_sensitive(&parameter.schema),
            place: Place::Parameter {
                parameter,
                text: text(api, ty),
                shape: shape(api, ty),
            },
        }
    }

    fn declaration(&self) -> String {
        let Self { name, ty, .. } = self;
        let docs = doc_lines(&self.description, "    ");
        let ty = match (self.list, self.required) {
            (true, _) => format!("Vec<{ty}>"),
            (false, true) => ty.clone(),
            (false, false) => format!("Option<{ty}>"),
        };
        format!("{docs}    pub {name}: {ty},\n")
    }

    /// The argument of the constructor.
    fn argument(&self) -> String {
        let Self { name, ty, .. } = self;
        match self.list {
            true => format!("{name}: impl IntoIterator<Item = impl Into<{ty}>>"),
            false => format!("{name}: impl Into<{ty}>"),
        }
    }

    /// The field of a new request.
    fn initial(&self) -> String {
        let name = self.name;
        match (self.required, self.list) {
            (true, true) => format!("{name}: {name}.into_iter().map(Into::into).collect()"),
            (true, false) => format!("{name}: {name}.into()"),
            (false, _) => format!("{name}: Default::default()"),
        }
    }

    fn setter(&self) -> String {
        let Self { name, ty, .. } = self;
        let short = name.trim_end_matches('_');
        let (argument, value) = match self.list {
            true => (
                format!("values: impl IntoIterator<Item = impl Into<{ty}>>"),
                "values.into_iter().map(Into::into).collect()",
            ),
            false => (format!("value: impl Into<{ty}>"), "Some(value.into())"),
        };
        let head = format!("pub fn with_{short}(");
        let head = listed(4, &head, &["mut self".to_owned(), argument], ") -> Self {");
        format!(
            "
    /// Sets `{short}`.
    #[must_use]
    {head}
        self.{name} = {value};
        self
    }}
"
        )
    }

    /// The statements that write the field.
    fn write(&self) -> String {
        let name = self.name;
        let (write, check) = match &self.place {
            Place::Body(format) => {
                let convert = match format {
                    Format::Form => "to_form",
                    Format::Json => "to_json",
                    Format::Bytes => "to_bytes",
                };
                (format!("to.body(support::{convert}(VALUE)?);"), None)
            }
            Place::Parameter {
                parameter, text, ..
            } => {
                let wire = literal(&parameter.name);
                let place = place(parameter);
                let method = match parameter.location {
                    Location::Path => "path",
                    Location::Query => "query",
                    Location::Header => "header",
                };
                let write = match text {
                    Text::Composed => format!(
                        "support::write_composed(to, {place}, VALUE, {})?;",
                        style(parameter.style)
                    ),
                    Text::Displayed => format!("to.{method}({wire}, VALUE)?;"),
                    Text::Exposed(expose) => format!("to.{method}({wire}, &VALUE.{expose}())?;"),
                };
                let check = (self.list && self.required)
                    .then(|| format!("        support::not_empty({place}, &self.{name})?;\n"));
                (write, check)
            }
        };
        let shows = matches!(
            &self.place,
            Place::Parameter {
                text: Text::Exposed(_),
                ..
            }
        );
        let own = match shows {
            true => format!("self.{name}"),
            false => format!("&self.{name}"),
        };
        let inner = write.replacen("VALUE", "value", 1);
        let check = check.unwrap_or_default();
        if self.list {
            format!(
                "{check}        for value in &self.{name} {{\n            {inner}\n        }}\n"
            )
        } else if self.required {
            format!("        {}\n", write.replacen("VALUE", &own, 1))
        } else {
            format!(
                "        if let Some(value) = &self.{name} {{\n            {inner}\n        }}\n"
            )
        }
    }

    /// The expression that reads the field.
    fn read(&self) -> String {
        let (place, read) = match &self.place {
            Place::Body(format) => {
                let read = match format {
                    Format::Form => "form",
                    Format::Json => "json",
                    Format::Bytes => "bytes",
                };
                ("Place::Body".to_owned(), format!("support::{read}(from)?"))
            }
            Place::Parameter {
                parameter,
                text,
                shape,
            } => {
                let (wire, place) = (literal(&parameter.name), place(parameter));
                let parse = match text {
                    Text::Exposed(_) => "support::wrap",
                    Text::Displayed | Text::Composed => "support::parse",
                };
                let from = match (parameter.location, self.list) {
                    (Location::Path, _) => "path",
                    (Location::Query, true) => "list",
                    (Location::Query, false) => "query",
                    (Location::Header, _) => "header",
                };
                let read = match text {
                    Text::Composed => {
                        let style = style(parameter.style);
                        format!("support::read_composed(from, {place}, {style}, {shape})?")
                    }
                    _ => format!("support::{from}(from, {wire}, {parse})?"),
                };
                if *text != Text::Composed && parameter.location == Location::Path {
                    return read;
                }
                (place, read)
            }
        };
        match (self.required, self.list) {
            (true, true) => format!("support::some({place}, {read})?"),
            (true, false) => format!("support::required({place}, {read})?"),
            (false, _) => read,
        }
    }
}

/// Where a parameter is, as an expression.
fn place(parameter: &Parameter) -> String {
    let name = literal(&parameter.name);
    match parameter.location {
        Location::Path => format!("Place::Path({name})"),
        Location::Query => format!("Place::Query({name})"),
        Location::Header => format!("Place::Header({name})"),
    }
}
