//! How the registry's egress is shared: equally among downloads, none faster than its node's link allows.

/// The rate of each download, Mbit/s: max-min fair under one egress and a link a node.
///
/// `flows` has the node of each download, `links` the link of each node. A node's link is shared equally by its own.
pub(super) fn fair_rates(flows: &[usize], links: &[f64], egress_mbps: f64) -> Vec<f64> {
    let mut count = vec![0_u32; links.len()];
    for node in flows {
        count[*node] += 1;
    }
    let limit = |node: usize| links[node] / f64::from(count[node].max(1));
    let mut order: Vec<usize> = (0..flows.len()).collect();
    order.sort_by(|left, right| limit(flows[*left]).total_cmp(&limit(flows[*right])));
    let (mut left_mbps, mut left) = (egress_mbps, flows.len());
    let mut rates = vec![0.0; flows.len()];
    for flow in order {
        let rate = limit(flows[flow]).min(left_mbps / left as f64);
        rates[flow] = rate;
        left_mbps -= rate;
        left -= 1;
    }
    rates
}
