//! Every generated type by the name of its schema and every request by its id, for tools and tests that walk the document.

use std::fmt::Write as _;

use crate::model::{Api, ResponseBody, SchemaKind};
use crate::names::request_name;

/// Generates functions that find a type by the name of its schema, and a request by the id of its operation.
#[must_use]
pub(crate) fn registry(api: &Api) -> String {
    let (mut names, mut through, mut schemas) = (String::new(), String::new(), String::new());
    let own = api.schemas.iter();
    let own = own.filter(|(_, schema)| schema.kind != SchemaKind::Secret);
    let mut count = 0;
    for (name, schema) in own {
        let ty = &schema.type_name;
        let _ = writeln!(names, "    {name:?},");
        let _ = writeln!(
            through,
            "        {name:?} => through::<super::models::{ty}>(value),"
        );
        let _ = writeln!(
            schemas,
            "        {name:?} => <super::models::{ty} as ::schemars::JsonSchema>::json_schema(generator),"
        );
        count += 1;
    }
    let (mut requests, mut visits) = (String::new(), String::new());
    for operation in &api.operations {
        let (id, request) = (&operation.id, request_name(&operation.id));
        let visit = match operation.success() {
            ResponseBody::Json { .. } => "described",
            ResponseBody::Open | ResponseBody::None => "open",
        };
        let _ = writeln!(
            requests,
            "        {id:?} => read_boxed::<super::requests::{request}>,"
        );
        let _ = writeln!(
            visits,
            "        {id:?} => super::requests::{request}::read(from).map(|request| visitor.{visit}(request)),"
        );
    }
    format!(
        "\
use ::pingone_models::request::{{
    Endpoint, Parts, ReadError, ReadRequest, Visitor, support::read_boxed,
}};

/// The schemas that have a type of their own, in the order of their names.
pub static SCHEMAS: [&str; {count}] = [
{names}];

/// Reads the request of the operation with this id; `None` when no operation has it.
#[must_use]
pub fn request(id: &str) -> Option<ReadRequest> {{
    Some(match id {{
{requests}        _ => return None,
    }})
}}

/// Reads the request of the operation with this id and hands it to a visitor, with its type; `None` when no
/// operation has the id.
pub fn visit<V: Visitor>(
    id: &str,
    from: &dyn Parts,
    visitor: V,
) -> Option<Result<V::Output, ReadError>> {{
    Some(match id {{
{visits}        _ => return None,
    }})
}}

/// Reads a value as the type of a schema and writes it again; `None` when no type has this schema.
pub fn round_trip(
    schema: &str,
    value: ::serde_json::Value,
) -> Option<::serde_json::Result<::serde_json::Value>> {{
    // Every type of the models can be asked for these.
    fn through<T>(value: ::serde_json::Value) -> ::serde_json::Result<::serde_json::Value>
    where
        T: ::serde::de::DeserializeOwned + ::serde::Serialize,
        T: Clone + ::std::fmt::Debug + PartialEq + Send + Sync + Unpin + 'static,
    {{
        ::serde_json::to_value(::serde_json::from_value::<T>(value)?)
    }}

    Some(match schema {{
{through}        _ => return None,
    }})
}}

/// The JSON Schema of the type of a schema; `None` when no type has this schema.
#[cfg(feature = \"schemars\")]
#[must_use]
pub fn json_schema(
    schema: &str,
    generator: &mut ::schemars::SchemaGenerator,
) -> Option<::schemars::Schema> {{
    Some(match schema {{
{schemas}        _ => return None,
    }})
}}
"
    )
}
