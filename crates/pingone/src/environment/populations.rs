use pingone_models::requests::{ListPopulations, ReadPopulation};
use pingone_models::{Population, PopulationCollection, PopulationId};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The populations of an environment. Made by [`Client::populations`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let page = client.populations().list().await?;
/// for population in page.embedded.and_then(|embedded| embedded.populations).unwrap_or_default() {
///     println!("{:?}: {:?} users", population.name, population.user_count);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Populations {
    client: Client,
}

impl Populations {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the first page of populations.
    ///
    /// For a filter or another page, send [`ListPopulations`] with [`Client::request`].
    #[doc = docs::list_populations!()]
    #[inline]
    pub fn list(&self) -> Request<PopulationCollection> {
        self.client.request(ListPopulations::new())
    }

    /// Reads one population.
    #[doc = docs::read_population!()]
    #[inline]
    pub fn read(&self, id: impl Into<PopulationId>) -> Request<Population> {
        self.client.request(ReadPopulation::new(id))
    }
}
