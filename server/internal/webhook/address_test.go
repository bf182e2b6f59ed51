package webhook

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestAddressesThatAreCalled(t *testing.T) {
	named := Options{AllowHosts: []string{"bell.hospital.example", "10.1.2.3"}}
	local := Options{Loopback: true}
	for _, c := range []struct {
		address               string
		anybody, named, local bool
	}{
		{"8.8.8.8", true, true, true},
		{"100.63.255.255", true, true, true},
		{"100.128.0.0", true, true, true},
		{"172.32.0.1", true, true, true},
		{"2606:4700::1111", true, true, true},
		{"2400:4050::1", true, true, true},

		{"10.1.2.3", false, true, false},
		{"172.16.0.1", false, true, false},
		{"172.31.255.255", false, true, false},
		{"192.168.1.1", false, true, false},
		{"100.64.0.1", false, true, false},
		{"fd12:3456::1", false, true, false},

		{"127.0.0.1", false, false, true},
		{"127.8.8.8", false, false, true},
		{"::1", false, false, true},

		{"0.0.0.0", false, false, false},
		{"0.1.2.3", false, false, false},
		{"::", false, false, false},
		{"169.254.169.254", false, false, false},
		{"169.254.1.1", false, false, false},
		{"100.100.100.200", false, false, false},
		{"168.63.129.16", false, false, false},
		{"192.0.0.192", false, false, false},
		{"fd00:ec2::254", false, false, false},
		{"fd20:ce::254", false, false, false},
		{"fe80::1", false, false, false},
		{"fe80::1%eth0", false, false, false},
		{"2606:4700::1111%eth0", false, false, false},
		{"224.0.0.1", false, false, false},
		{"239.255.255.250", false, false, false},
		{"255.255.255.255", false, false, false},
		{"ff02::1", false, false, false},
		{"198.18.0.1", false, false, false},
		{"192.0.2.1", false, false, false},
		{"240.0.0.1", false, false, false},
		{"::ffff:8.8.8.8", false, false, false},
		{"::ffff:10.1.2.3", false, false, false},
		{"::ffff:127.0.0.1", false, false, false},
		{"::ffff:169.254.169.254", false, false, false},
		{"::127.0.0.1", false, false, false},
		{"64:ff9b::7f00:1", false, false, false},
		{"64:ff9b:1::7f00:1", false, false, false},
		{"2002:7f00:1::", false, false, false},
		{"2001::1", false, false, false},
		{"2001:db8::1", false, false, false},
		{"fec0::1", false, false, false},
	} {
		a := netip.MustParseAddr(c.address)
		if got := (Options{}).mayDial("bell.hospital.example", a); got != c.anybody {
			t.Errorf("%s may be called by anybody: %v", a, got)
		}
		if got := named.mayDial("BELL.hospital.example", a); got != c.named {
			t.Errorf("%s may be called for a host that the operator named: %v", a, got)
		}
		if got := local.mayDial("bell.hospital.example", a); got != c.local {
			t.Errorf("%s may be called in a test: %v", a, got)
		}
		for _, other := range []string{"x.bell.hospital.example", "bell.hospital.example.org", "bell.hospital.example.", "hospital.example", ""} {
			if got := named.mayDial(other, a); got != c.anybody {
				t.Errorf("%s may be called for %q, which the operator did not name: %v", a, other, got)
			}
		}
	}
}

// The real thing, on a machine that has a private address: most have.
func TestPrivateAddressOfThisMachine(t *testing.T) {
	address := privateAddress(t)
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Skip("nothing can listen at the private address of this machine")
	}
	defer func() { _ = l.Close() }()
	if _, err := (Options{}).dial(t.Context(), "tcp", l.Addr().String()); !errors.Is(err, errDial) {
		t.Errorf("a private address was called: %v", err)
	}
	conn, err := (Options{AllowHosts: []string{address}}).dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatalf("a private address that the operator named was not called: %v", err)
	}
	_ = conn.Close()
}

func privateAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil && isInside(p.Addr()) {
			return p.Addr().String()
		}
	}
	t.Skip("this machine has no private address")
	return ""
}
