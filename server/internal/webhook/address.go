package webhook

import "net/netip"

// public is where addresses of the internet at large lie; all other space is for networks of somebody's own or for nobody.
var public = prefixes("0.0.0.0/0", "2000::/3")

// special is what of it is not the internet at large all the same.
var special = prefixes(
	"0.0.0.0/8",        // "this network": some systems take 0.0.0.0 for themselves
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // of a provider's own network (CGNAT)
	"127.0.0.0/8",      // this machine
	"168.63.129.16/32", // Azure's own services, at an address that looks public
	"169.254.0.0/16",   // link-local; the metadata of most clouds
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // of protocols; Oracle's metadata
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // relays of 6to4
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // measurements between networks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, and broadcast
	"2001::/23",        // of protocols: Teredo and others that lead to an IPv4 address
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4: leads to an IPv4 address
	"3fff::/20",        // documentation
)

// inside is what a host that the operator named may have, too: networks of a hospital's own.
var inside = prefixes("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

// metadata is what it may not: a cloud's own services, which hand out credentials to whoever asks.
var metadata = prefixes("100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::/32")

// loopback is this machine.
var loopback = prefixes("127.0.0.0/8", "::1/128")

// isPublic reports whether an address is one of the internet at large. IPv4 written as IPv6, in whatever way (mapped,
// NAT64, 6to4, Teredo), is not: whoever means an IPv4 address can write it.
func isPublic(a netip.Addr) bool {
	return a.Zone() == "" && contain(public, a) && !contain(special, a)
}

// isInside reports whether an address is one of a network of somebody's own.
func isInside(a netip.Addr) bool {
	return a.Zone() == "" && contain(inside, a) && !contain(metadata, a)
}

func contain(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func prefixes(list ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, 0, len(list))
	for _, p := range list {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}
