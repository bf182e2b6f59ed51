package webhook

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestCheckURL(t *testing.T) {
	for raw, want := range map[string]error{
		"https://receiver.example.org/ring":                           nil,
		"https://receiver.example.org":                                nil,
		"HTTPS://Receiver.Example.org:443/?a=b%20c":                   nil,
		"https://receiver.example.org:8443/ring":                      nil,
		"https://8.8.8.8/ring":                                        nil,
		"https://[2606:4700::1111]:1024/":                             nil,
		"https://xn--wgv71a.jp/":                                      nil,
		"":                                                            errNoURL,
		"receiver.example.org/ring":                                   errNoURL,
		"https:receiver.example.org":                                  errNoURL,
		"https:///ring":                                               errNoURL,
		"https://日本.jp/":                                              errNoURL,
		"https://receiver.example.org/a b":                            errNoURL,
		"https://receiver.example.org/\r\nX: y":                       errNoURL,
		"https://receiver.example.org\\@10.0.0.1/":                    errNoURL,
		"https://[::1":                                                errNoURL,
		"http://receiver.example.org/":                                errScheme,
		"ftp://receiver.example.org/":                                 errScheme,
		"file://receiver.example.org/etc/passwd":                      errScheme,
		"https://somebody@receiver.example.org/":                      errUser,
		"https://a:b@receiver.example.org/":                           errUser,
		"https://receiver.example.org@10.0.0.1/":                      errUser,
		"https://receiver.example.org/#":                              errFragment,
		"https://receiver.example.org/#part":                          errFragment,
		"https://receiver.example.org:22/":                            errPort,
		"https://receiver.example.org:80/":                            errPort,
		"https://receiver.example.org:0443/":                          errPort,
		"https://receiver.example.org:65536/":                         errPort,
		"https://receiver.example.org:/":                              errPort,
		"https://localhost/":                                          errHost,
		"https://localhost./":                                         errHost,
		"https://receiver.example.org./":                              errHost,
		"https://receiver..org/":                                      errHost,
		"https://-a.example.org/":                                     errHost,
		"https://" + strings.Repeat("a", 64) + ".org/":                errHost,
		"https://127.1/":                                              errHost,
		"https://2130706433/":                                         errHost,
		"https://0x7f.0.0.0x1/":                                       errHost,
		"https://0177.0.0.1/":                                         errHost,
		"https://127.0.0.1/":                                          errForbidden,
		"https://10.0.0.1:8443/":                                      errForbidden,
		"https://169.254.169.254/latest/":                             errForbidden,
		"https://[::1]/":                                              errForbidden,
		"https://[::ffff:8.8.8.8]/":                                   errForbidden,
		"https://[fe80::1%25eth0]/":                                   errForbidden,
		"https://receiver.example.org/" + strings.Repeat("a", MaxURL): errLong,
	} {
		if err := CheckURL(raw); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%.60q: %v, want %v", raw, err, want)
		}
	}
}

func TestCheckURLWithWhatTheOperatorAllows(t *testing.T) {
	named := open(t, Options{AllowHosts: []string{"bell", "10.1.2.3", "fd12::1"}})
	for _, raw := range []string{"https://bell:8443/ring", "https://BELL/", "https://10.1.2.3/", "https://[fd12::1]/"} {
		if err := named.CheckURL(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if CheckURL(raw) == nil {
			t.Errorf("%s is let through where nobody allowed it", raw)
		}
	}
	for _, raw := range []string{"http://bell/", "https://bells/", "https://10.1.2.4/", "https://127.0.0.1/", "https://bell:22/"} {
		if named.CheckURL(raw) == nil {
			t.Errorf("%s is let through because another host is allowed", raw)
		}
	}
	local := open(t, Options{Loopback: true})
	if err := local.CheckURL("http://127.0.0.1:8080/"); err != nil {
		t.Error(err)
	}
}

func TestOptionsThatAreWrong(t *testing.T) {
	for _, o := range []Options{
		{AllowHosts: []string{"*.hospital.example"}}, {AllowHosts: []string{"https://bell"}}, {AllowHosts: []string{"bell:8443"}},
		{AllowHosts: []string{""}}, {AllowHosts: []string{"10.0.0.0/8"}}, {AllowHosts: make([]string, MaxAllowHosts+1)},
		{Timeout: -1}, {Timeout: MaxTimeout + 1},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "nothing was started") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"https://receiver.example.org/ring", "https://[::ffff:127.0.0.1]/", "https://a@b/", "https://0x7f000001/", "https://%31%30.0.0.1/",
		"https://1.1.1.1:99999/", "https://[64:ff9b::1]/#", "https://a.example:443?x#", "HTTPS://A.B:01024",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		err := CheckURL(raw)
		if err != nil {
			if len(raw) > 60 && strings.Contains(err.Error(), raw) {
				t.Errorf("what is wrong quotes the address: %v", err)
			}
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || !isPort(u) {
			t.Fatalf("%q was let through: %v", raw, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !isPublic(a) {
			t.Errorf("%q was let through", raw)
		} else if err != nil && (!strings.Contains(u.Hostname(), ".") || !isName(u.Hostname())) {
			t.Errorf("%q has no name of the internet and was let through", raw)
		}
	})
}
