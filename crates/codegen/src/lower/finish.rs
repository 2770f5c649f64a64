//! What can be said of a type only when all types are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Body, Operation, ResponseBody, Rest, SchemaKind, Type};
use crate::names::field_names;

type Kinds = BTreeMap<String, SchemaKind>;

/// The types of what an operation sends.
pub(super) fn sent(operation: &Operation) -> Vec<&Type> {
    let parameters = operation.parameters.iter().map(|parameter| &parameter.ty);
    let body = match &operation.body {
        Body::Content { ty, .. } => Some(ty),
        Body::None | Body::Empty { .. } => None,
    };
    parameters.chain(body).collect()
}

/// The types of what an operation is answered.
pub(super) fn answered(operation: &Operation) -> Vec<&Type> {
    let bodies = operation.responses.iter().map(|response| &response.body);
    let types = bodies.filter_map(|body| match body {
        ResponseBody::Json { ty, .. } => Some(ty),
        ResponseBody::None | ResponseBody::Open => None,
    });
    types.collect()
}

/// The named schemas that some types are made of, at whatever depth.
pub(super) fn reached<'a>(
    kinds: &'a Kinds,
    types: impl IntoIterator<Item = &'a Type>,
) -> BTreeSet<&'a str> {
    let mut open = Vec::new();
    for ty in types {
        ty.names(&mut open);
    }
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            for ty in kinds.get(name).into_iter().flat_map(SchemaKind::types) {
                ty.names(&mut open);
            }
        }
    }
    found
}

/// Decides what becomes of undescribed members, names the fields, and breaks up the types that hold themselves.
pub(super) fn finish(
    kinds: &mut Kinds,
    unsaid: &BTreeSet<String>,
    operations: &[Operation],
) -> BTreeSet<String> {
    let owned = |names: BTreeSet<&str>| -> BTreeSet<String> {
        names.into_iter().map(str::to_owned).collect()
    };
    let in_response = owned(reached(kinds, operations.iter().flat_map(answered)));
    let in_request = owned(reached(kinds, operations.iter().flat_map(sent)));
    // A value can fit several alternatives: the members of the others are not to get lost.
    let alternatives: BTreeSet<String> = kinds
        .values()
        .flat_map(|kind| match kind {
            SchemaKind::OneOf(one_of) => one_of.alternatives.as_slice(),
            _ => &[],
        })
        .filter_map(|alternative| alternative.ty.held().map(str::to_owned))
        .collect();
    let circles = circles(kinds);
    for (name, kind) in kinds {
        let in_circle = |ty: &Type| {
            ty.held().is_some_and(|held| {
                circles
                    .get(name)
                    .is_some_and(|circle| circles.get(held) == Some(circle))
            })
        };
        match kind {
            SchemaKind::Struct(object) => {
                if unsaid.contains(name)
                    && (in_response.contains(name) || alternatives.contains(name))
                {
                    object.rest = Rest::Kept;
                }
                let reserved: &[&str] = match object.rest {
                    Rest::Dropped => &[],
                    Rest::Kept | Rest::Typed(_) => &["extra"],
                };
                let wires = object.fields.iter().map(|field| field.wire.as_str());
                let names = field_names(wires, reserved);
                for (field, field_name) in object.fields.iter_mut().zip(names) {
                    field.name = field_name;
                    field.boxed = in_circle(&field.ty);
                    // The service sets it: a request need not have it.
                    field.required &= !(field.read_only && in_request.contains(name));
                    // The service never shows it: an answer need not have it.
                    field.required &= !(field.write_only && in_response.contains(name));
                }
                object.fields.sort_by(|a, b| a.name.cmp(&b.name));
            }
            SchemaKind::OneOf(one_of) => {
                for alternative in &mut one_of.alternatives {
                    alternative.boxed = in_circle(&alternative.ty);
                }
            }
            _ => {}
        }
    }
    in_response
}

/// For each type that holds itself through others, the number of its circle.
fn circles(kinds: &Kinds) -> BTreeMap<String, usize> {
    let edges: BTreeMap<&str, Vec<&str>> = kinds
        .iter()
        .map(|(name, kind)| {
            let held = kind.types().into_iter().filter_map(Type::held);
            (name.as_str(), held.collect())
        })
        .collect();
    let mut circles = BTreeMap::new();
    for (number, circle) in connected(&edges).into_iter().enumerate() {
        let holds_itself = |name: &str| edges.get(name).is_some_and(|held| held.contains(&name));
        if circle.len() > 1 || circle.iter().any(|name| holds_itself(name)) {
            circles.extend(circle.into_iter().map(|name| (name.to_owned(), number)));
        }
    }
    circles
}

/// The strongly connected components of a graph (Tarjan), without recursion.
fn connected<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut order: BTreeMap<&str, usize> = BTreeMap::new();
    let mut low: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stack: Vec<&'a str> = Vec::new();
    let mut on_stack: BTreeSet<&str> = BTreeSet::new();
    let mut components = Vec::new();
    for root in edges.keys().copied() {
        let mut calls: Vec<(&'a str, usize)> = Vec::new();
        if !order.contains_key(root) {
            calls.push((root, 0));
        }
        while let Some((node, next)) = calls.pop() {
            if next == 0 {
                let number = order.len();
                order.insert(node, number);
                low.insert(node, number);
                stack.push(node);
                on_stack.insert(node);
            } else if let Some(&child) = edges.get(node).and_then(|held| held.get(next - 1))
                && let (Some(&own), Some(&of_child)) = (low.get(node), low.get(child))
                && on_stack.contains(child)
            {
                low.insert(node, own.min(of_child));
            }
            if let Some(&child) = edges.get(node).and_then(|held| held.get(next)) {
                calls.push((node, next + 1));
                if !order.contains_key(child) && edges.contains_key(child) {
                    calls.push((child, 0));
                }
                continue;
            }
            if low.get(node) == order.get(node) {
                let start = stack
                    .iter()
                    .rposition(|name| *name == node)
                    .unwrap_or_default();
                let component = stack.split_off(start);
                for name in &component {
                    on_stack.remove(name);
                }
                components.push(component);
            }
        }
    }
    components
}
