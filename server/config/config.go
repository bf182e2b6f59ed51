// Package config is what can be set on a server: with the same names as flags, in the environment and in a file.
//
// It promises one precedence, flag over environment over file over default, and that a name in a file that is none of
// a flag is refused with its line. It reads no key and opens nothing but the file.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"time"
)

// Storage says where things are kept.
type Storage struct {
	Data    string `group:"storage" default:"tsunagu-data" type:"path" placeholder:"FOLDER" help:"Folder that holds store/ (charts, encrypted), blobs/ (photos and files, encrypted), keys/ (store.key, seal.key) and journal/ (epochs). Made on first start. Back keys/ up apart from store/: seal.key must survive the loss of the store. Default: ${default}."`
	Journal string `group:"storage" type:"path" placeholder:"FOLDER" help:"Folder of the journal: epochs, and every grant, revocation, erasure and restore. On another disk than the store it survives the store's loss. Default: journal/ in the data folder."`
}

// StoreFolder is where the charts are.
func (s Storage) StoreFolder() string { return filepath.Join(s.Data, "store") }

// KeysFolder is where the keys are.
func (s Storage) KeysFolder() string { return filepath.Join(s.Data, "keys") }

// JournalFile is where epoch numbers are written down.
func (s Storage) JournalFile() string { return filepath.Join(s.JournalFolder(), "epochs") }

// SealMark is where the fingerprint of the sealing key is written down once it is in use.
func (s Storage) SealMark() string { return filepath.Join(s.JournalFolder(), "seal.mark") }

// Server is everything that `serve` takes.
type Server struct {
	Storage
	Blobs
	Push
	Directory string `group:"storage" type:"path" placeholder:"FILE" help:"YAML file of organisations, people, devices, charts and grants. Read again on SIGHUP. Default: directory.yaml in the data folder."`
	MinFree   Size   `group:"storage" default:"256MiB" placeholder:"SIZE" help:"With less free disk than this nothing is written any more; reading goes on. Default: ${default}."`

	Listen         string   `group:"network" default:"127.0.0.1:8420" placeholder:"HOST:PORT" help:"Address to listen on. Default: ${default}, this machine only."`
	TLSCert        string   `group:"network" name:"tls-cert" type:"path" placeholder:"FILE" help:"Certificate chain (PEM). Without it the server speaks plain HTTP: then a proxy on the same machine has to add TLS."`
	TLSKey         string   `group:"network" name:"tls-key" type:"path" placeholder:"FILE" help:"Its private key (PEM)."`
	TrustedProxies []string `group:"network" placeholder:"CIDR" help:"Networks of proxies whose X-Forwarded-For is believed, separated by commas. Default: none."`
	MetricsListen  string   `group:"network" placeholder:"HOST:PORT" help:"Address of its own for /metrics. Default: none; /metrics then answers on the main address, to programs on this machine only."`

	LogLevel  string `group:"log" enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error. Default: ${default}."`
	LogFormat string `group:"log" enum:"auto,json,console" default:"auto" placeholder:"FORMAT" help:"json, console, or auto: console on a terminal. No log line holds a name or anything of a chart. Default: ${default}."`

	TokenLife        time.Duration `group:"limits" default:"12h" placeholder:"TIME" help:"How long a sign-in holds. What is written offline stays valid after it. Default: ${default}."`
	HeaderTimeout    time.Duration `group:"limits" default:"5s" placeholder:"TIME" help:"Most time to send a request's header. Default: ${default}."`
	ReadTimeout      time.Duration `group:"limits" default:"30s" placeholder:"TIME" help:"Most time to send a whole request. Default: ${default}."`
	IdleTimeout      time.Duration `group:"limits" default:"2m" placeholder:"TIME" help:"How long a connection may wait for its next request. Default: ${default}."`
	ShutdownDeadline time.Duration `group:"limits" default:"20s" placeholder:"TIME" help:"How long a stop waits for requests in flight. Default: ${default}."`
}

// DirectoryFile is the directory's file, with its default.
func (s Server) DirectoryFile() string {
	if s.Directory == "" {
		return filepath.Join(s.Data, "directory.yaml")
	}
	return s.Directory
}

// Proxies are the trusted networks. Check has seen that they can be read.
func (s Server) Proxies() []netip.Prefix {
	var proxies []netip.Prefix
	for _, cidr := range s.TrustedProxies {
		if prefix, err := netip.ParsePrefix(cidr); err == nil {
			proxies = append(proxies, prefix)
		}
	}
	return proxies
}

// Check tells what cannot be meant.
func (s Server) Check() error {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together; nothing was started: give both or none")
	}
	for flag, address := range map[string]string{"--listen": s.Listen, "--metrics-listen": s.MetricsListen} {
		if address == "" && flag == "--metrics-listen" {
			continue
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			return fmt.Errorf("%s %q is not HOST:PORT; nothing was started: correct it", flag, address)
		}
	}
	for _, cidr := range s.TrustedProxies {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return fmt.Errorf("--trusted-proxies %q is not a network like 10.0.0.0/8; nothing was started: correct it", cidr)
		}
	}
	for flag, d := range map[string]time.Duration{
		"--token-life": s.TokenLife, "--header-timeout": s.HeaderTimeout, "--read-timeout": s.ReadTimeout,
		"--idle-timeout": s.IdleTimeout, "--shutdown-deadline": s.ShutdownDeadline,
	} {
		if d <= 0 {
			return fmt.Errorf("%s has to be longer than nothing; nothing was started: correct it", flag)
		}
	}
	return nil
}
