//! The top-level modules of each crate depend on each other in one direction: none of them reaches itself again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::TargetKind;
use pingone_tests::root;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, Macro, UseTree};
use tempfile::TempDir;

use crate::packages::packages;

#[test]
fn no_module_depends_on_itself_through_others() {
    let mut text = String::new();
    for package in packages() {
        for target in &package.targets {
            let shipped = [TargetKind::Lib, TargetKind::Bin].map(|kind| target.is_kind(kind));
            if !shipped.contains(&true) {
                continue;
            }
            let graph = Graph::read(target.src_path.as_std_path());
            for cycle in graph.cycles() {
                let _ = writeln!(text, "`{}`: {}", package.name, graph.describe(&cycle));
            }
        }
    }
    assert!(
        text.is_empty(),
        "move what both sides need into a module below them:\n{text}"
    );
}

/// A re-export of the crate's root counts as the module that it comes from; what only tests name does not count.
#[test]
fn a_cycle_is_found_and_described() {
    let crates = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(crates.path().join(name), text).expect("there is room");
    };
    write("lib.rs", "mod low; mod high; pub use high::Engine;");
    write("high.rs", "pub struct Engine; fn f() { crate::low::f(); }");
    write(
        "low.rs",
        "pub fn f() {} #[cfg(test)] mod tests { use crate::Engine; }",
    );
    let cycles = || {
        let graph = Graph::read(&crates.path().join("lib.rs"));
        let cycles = graph.cycles().into_iter();
        cycles
            .map(|cycle| graph.describe(&cycle))
            .collect::<Vec<_>>()
    };
    assert!(cycles().is_empty());
    write("low.rs", "use super::{Engine}; pub fn f() {}");
    let found = cycles();
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("high -> low -> high\n"), "{found:?}");
    assert!(found[0].contains("low.rs names crate::Engine"), "{found:?}");
}

/// Which top-level module of a crate names which other one, with a place where it does.
#[derive(Default)]
struct Graph {
    edges: BTreeMap<String, BTreeMap<String, String>>,
}

impl Graph {
    fn read(entry: &Path) -> Self {
        let mut files = Vec::new();
        let folder = entry.parent().expect("a folder");
        load(entry, folder, &[], &mut files);
        let top = match files.first() {
            Some(file) => top_level(&file.syntax),
            None => BTreeMap::new(),
        };
        let mut graph = Self::default();
        for file in &files {
            let Some(from) = file.module.first() else {
                continue;
            };
            let mut paths = Paths {
                module: file.module.clone(),
                found: Vec::new(),
            };
            paths.visit_file(&file.syntax);
            for path in paths.found {
                let Some(name) = path.first() else { continue };
                if name == "*" {
                    let place = file.path.display();
                    panic!("{place}: `use crate::*` hides what it depends on; name the items");
                }
                let Some(to) = top.get(name).filter(|to| *to != from) else {
                    continue;
                };
                let place = format!("{} names crate::{}", shown(&file.path), path.join("::"));
                let edges = graph.edges.entry(from.clone()).or_default();
                edges.entry(to.clone()).or_insert(place);
            }
        }
        graph
    }

    /// A shortest way from one module to another, with at least one step.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut ways = vec![vec![from.to_owned()]];
        let mut seen = BTreeSet::new();
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                let last = way.last().map_or("", String::as_str);
                for next in self.edges.get(last).into_iter().flat_map(BTreeMap::keys) {
                    let mut way = way.clone();
                    way.push(next.clone());
                    if next == to {
                        return Some(way);
                    }
                    if seen.insert(next.clone()) {
                        longer.push(way);
                    }
                }
            }
            ways = longer;
        }
        None
    }

    /// A shortest cycle for each group of modules that reach each other.
    fn cycles(&self) -> Vec<Vec<String>> {
        let mut reported: BTreeSet<&String> = BTreeSet::new();
        let mut cycles: Vec<Vec<String>> = Vec::new();
        for module in self
            .edges
            .keys()
            .filter(|name| self.way(name, name).is_some())
        {
            if reported.contains(module) {
                continue;
            }
            let group = self.edges.keys().filter(|other| {
                self.way(module, other).is_some() && self.way(other, module).is_some()
            });
            let group: Vec<&String> = group.collect();
            let ways = group.iter().filter_map(|member| self.way(member, member));
            cycles.extend(ways.min_by_key(Vec::len));
            reported.extend(group);
        }
        cycles
    }

    fn describe(&self, cycle: &[String]) -> String {
        let mut text = cycle.join(" -> ");
        for pair in cycle.windows(2) {
            let place = &self.edges[&pair[0]][&pair[1]];
            let _ = write!(text, "\n    {place}");
        }
        text
    }
}

struct File {
    path: PathBuf,
    module: Vec<String>,
    syntax: syn::File,
}

/// Reads a file, then the files of the modules that it declares; `folder` is where those are.
fn load(path: &Path, folder: &Path, module: &[String], files: &mut Vec<File>) {
    let text = fs::read_to_string(path).expect("a module's file");
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let declared: Vec<String> = syntax
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(own) if own.content.is_none() && !is_test(&own.attrs) => {
                Some(own.ident.to_string())
            }
            _ => None,
        })
        .collect();
    files.push(File {
        path: path.to_owned(),
        module: module.to_vec(),
        syntax,
    });
    for name in declared {
        let inside = folder.join(&name);
        let candidates = [folder.join(format!("{name}.rs")), inside.join("mod.rs")];
        // What is at another path is declared with `#[path]`, and there are no such modules.
        let file = candidates.iter().find(|file| file.is_file());
        let file = file.unwrap_or_else(|| panic!("{path:?} declares `{name}`, which has no file"));
        let module = [module, &[name]].concat();
        load(file, &inside, &module, files);
    }
}

/// The names in the crate's root, with the top-level module that each one comes from.
fn top_level(root: &syn::File) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut reexported = Vec::new();
    for item in &root.items {
        match item {
            Item::Mod(own) if !is_test(&own.attrs) => {
                names.insert(own.ident.to_string(), own.ident.to_string());
            }
            Item::Use(own) => flatten(&own.tree, &mut Vec::new(), &mut reexported),
            _ => {}
        }
    }
    for (path, name) in reexported {
        let mut path = path
            .iter()
            .skip_while(|part| ["crate", "self"].contains(&part.as_str()));
        let from = path.next().cloned().unwrap_or_default();
        if names.get(&from) == Some(&from) {
            names.entry(name).or_insert(from);
        }
    }
    names
}

/// Each path of a `use`, and the name that it brings.
fn flatten(tree: &UseTree, before: &mut Vec<String>, into: &mut Vec<(Vec<String>, String)>) {
    let depth = before.len();
    let mut leaf = |last: String, name: String| {
        let mut path = before.clone();
        path.push(last);
        into.push((path, name));
    };
    match tree {
        UseTree::Name(own) => leaf(own.ident.to_string(), own.ident.to_string()),
        UseTree::Rename(own) => leaf(own.ident.to_string(), own.rename.to_string()),
        UseTree::Glob(_) => leaf("*".to_owned(), "*".to_owned()),
        UseTree::Path(own) => {
            before.push(own.ident.to_string());
            flatten(&own.tree, before, into);
        }
        UseTree::Group(own) => {
            for tree in &own.items {
                flatten(tree, before, into);
            }
        }
    }
    before.truncate(depth);
}

/// Collects the paths of a file that begin with `crate` or `super`, from the crate's root.
struct Paths {
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let absolute = match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("super") if supers <= self.module.len() => {
                let above = &self.module[..self.module.len() - supers];
                [above, &path[supers..]].concat()
            }
            _ => return,
        };
        self.found.push(absolute);
    }
}

impl<'a> Visit<'a> for Paths {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, own: &'a syn::ItemMod) {
        self.module.push(own.ident.to_string());
        visit::visit_item_mod(self, own);
        self.module.pop();
    }

    fn visit_item_use(&mut self, own: &'a ItemUse) {
        let mut paths = Vec::new();
        flatten(&own.tree, &mut Vec::new(), &mut paths);
        for (path, _) in paths {
            self.add(&path);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        self.add(&parts.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    /// What a macro is given has no syntax yet, but a path in it looks like everywhere else.
    fn visit_macro(&mut self, own: &'a Macro) {
        let text = own.tokens.to_string();
        for (at, _) in text.match_indices("crate ::") {
            let path = text[at..].split(|c: char| !(c.is_alphanumeric() || "_: ".contains(c)));
            let parts = path.take(1).flat_map(|path| path.split("::"));
            let parts: Vec<String> = parts.map(|part| part.trim().to_owned()).collect();
            self.add(&parts);
        }
        visit::visit_macro(self, own);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|own| {
        let list = own.meta.require_list();
        own.path().is_ident("cfg") && list.is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(own) => &own.attrs,
        Item::Impl(own) => &own.attrs,
        Item::Mod(own) => &own.attrs,
        Item::Use(own) => &own.attrs,
        _ => &[],
    }
}

/// A path from the root folder of the workspace.
fn shown(path: &Path) -> String {
    let root = root().canonicalize().expect("a folder");
    let path = path.strip_prefix(&root).unwrap_or(path);
    path.display().to_string()
}
