//! Finds users by their attributes without looking at every user.

use std::collections::{BTreeMap, BTreeSet};

use super::users::User;

/// The users by what they have for each attribute that can be compared, in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserIndex {
    by_value: BTreeMap<String, BTreeSet<u64>>,
    /// What each user is found by.
    of_user: BTreeMap<u64, Vec<String>>,
}

/// Where users with this value are found; the values of an attribute are next to each other, in their own order.
fn place(attribute: &str, value: &str) -> String {
    format!("{attribute}\0{}", value.to_lowercase())
}

impl UserIndex {
    pub(super) fn add(&mut self, user: &User) {
        self.remove(user.number);
        let mut places = Vec::new();
        user.each_value(|attribute, value| places.push(place(attribute, value)));
        for place in &places {
            let users = self.by_value.entry(place.clone()).or_default();
            users.insert(user.number);
        }
        self.of_user.insert(user.number, places);
    }

    pub(super) fn remove(&mut self, number: u64) {
        for place in self.of_user.remove(&number).unwrap_or_default() {
            if let Some(users) = self.by_value.get_mut(&place) {
                users.remove(&number);
                if users.is_empty() {
                    self.by_value.remove(&place);
                }
            }
        }
    }

    /// The numbers of the users with this value, in any case.
    pub(crate) fn equal(&self, attribute: &str, value: &str) -> Option<&BTreeSet<u64>> {
        self.by_value.get(&place(attribute, value))
    }

    /// The numbers of the users with a value that begins like this, in any case.
    pub(crate) fn starting(&self, attribute: &str, start: &str) -> BTreeSet<u64> {
        let places = self.from(place(attribute, start));
        places.flat_map(|(_, users)| users).copied().collect()
    }

    /// The values of an attribute with the number of users that have each.
    pub(super) fn counts(&self, attribute: &str) -> impl Iterator<Item = (&str, usize)> {
        let places = self.from(place(attribute, ""));
        places.map(|(value, users)| (value, users.len()))
    }

    /// What begins with this text: the rest of it, and the users.
    fn from(&self, start: String) -> impl Iterator<Item = (&str, &BTreeSet<u64>)> {
        let places = self.by_value.range(start.clone()..);
        let attribute = start.find('\0').map_or(0, |end| end + 1);
        places
            .take_while(move |(place, _)| place.starts_with(&start))
            .map(move |(place, users)| (&place[attribute..], users))
    }
}
