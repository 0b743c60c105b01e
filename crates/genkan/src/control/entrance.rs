//! Where traffic comes in: the ports of the command line, on the addresses that a generation's settings
//! say.

use std::net::IpAddr;

use genkan_proxy::{ListenOn, Proxy, ProxyOptions, Publication, StartError};
use genkan_route::{decision::Scheme, listen::Listen};

use crate::command::GatewayArgs;

/// Ports that were taken, and addresses that the command line fixes.
#[derive(Debug)]
pub(super) struct Entrance {
    given: Vec<IpAddr>,
    ports: Vec<(Scheme, u16)>,
}

/// What a change of addresses did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ListenerChanges {
    /// New listeners.
    pub(super) opened: Vec<ListenOn>,
    /// Listeners that take no more connections.
    pub(super) closed: Vec<ListenOn>,
}

impl Entrance {
    /// Starts the workers, on the next free port where that is wanted. A free port that the system
    /// picks (0) is picked on the first address, and is the same on the others.
    ///
    /// # Errors
    /// A port in use, an address that cannot be bound, whatever else the workers need.
    pub(super) fn open(
        args: &GatewayArgs,
        listen: &Listen,
        mut options: ProxyOptions,
        publication: &Publication,
    ) -> Result<(Self, Proxy), StartError> {
        let addresses = listen.addresses(&args.address);
        let first = addresses[..1].to_vec();
        let http = args.http_port.iter().map(|port| (Scheme::Http, *port));
        let https = args.https_port.iter().map(|port| (Scheme::Https, *port));
        let asked: Vec<_> = http.chain(https).collect();
        let mut ports = asked.clone();
        let proxy = loop {
            options.listeners = every(&first, &ports);
            match Proxy::start(&options, publication.clone()) {
                Err(StartError::PortInUse { address }) => {
                    let in_use = ports.iter().position(|(_, port)| *port == address.port());
                    let next = in_use.and_then(|at| {
                        let next = args.next_port(asked[at].1, ports[at].1)?;
                        Some((at, next))
                    });
                    let Some((at, next)) = next else {
                        return Err(StartError::PortInUse { address });
                    };
                    ports[at].1 = next;
                }
                outcome => break outcome?,
            }
        };
        let taken = proxy.listeners();
        let entrance = Self {
            given: args.address.clone(),
            ports: taken
                .iter()
                .map(|on| (on.scheme, on.address.port()))
                .collect(),
        };
        entrance.follow(listen, &proxy)?;
        Ok((entrance, proxy))
    }

    /// Listens where these settings say.
    ///
    /// # Errors
    /// When an address cannot be bound; then everything stays as it was.
    pub(super) fn follow(
        &self,
        listen: &Listen,
        proxy: &Proxy,
    ) -> Result<ListenerChanges, StartError> {
        let wanted = every(&listen.addresses(&self.given), &self.ports);
        let before = proxy.listeners();
        if before == wanted {
            return Ok(ListenerChanges::default());
        }
        let after = proxy.listen(&wanted)?;
        let only = |these: &[ListenOn], others: &[ListenOn]| {
            let alone = these.iter().filter(|on| !others.contains(on));
            alone.copied().collect()
        };
        Ok(ListenerChanges {
            opened: only(&after, &before),
            closed: only(&before, &after),
        })
    }
}

/// Every port on every address.
fn every(addresses: &[IpAddr], ports: &[(Scheme, u16)]) -> Vec<ListenOn> {
    let on_one = |address: &IpAddr| {
        let address = *address;
        let listener = move |&(scheme, port): &(Scheme, u16)| ListenOn {
            address: (address, port).into(),
            scheme,
        };
        ports.iter().map(listener)
    };
    addresses.iter().flat_map(on_one).collect()
}
