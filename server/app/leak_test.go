package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/tsunagu-care/tsunagu/api"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// methods are all procedures that the contract has, found in its descriptors.
func methods() map[string]protoreflect.MethodDescriptor {
	found := map[string]protoreflect.MethodDescriptor{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			service := f.Services().Get(i)
			if !strings.HasPrefix(string(service.FullName()), "tsunagu.") {
				continue
			}
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				found[fmt.Sprintf("/%s/%s", service.FullName(), method.Name())] = method
			}
		}
		return true
	})
	return found
}

func TestEveryProcedureIsServedAndCounted(t *testing.T) {
	listed := api.Procedures()
	for procedure := range methods() {
		if !slices.Contains(listed, procedure) {
			t.Errorf("%s is in the contract and not in the list", procedure)
		}
	}
	if len(listed) != len(methods()) {
		t.Errorf("%d are listed, the contract has %d", len(listed), len(methods()))
	}
}

// TestNoRequestDataIsToldAnywhere sends a marker in every field of every procedure, in good and in broken requests, to
// a sound server and to one whose core panics and fails, and looks for the markers in all logs, metrics and errors.
func TestNoRequestDataIsToldAnywhere(t *testing.T) {
	for name, with := range map[string][]Option{
		"sound":     nil,
		"panicking": {WithCore(func(api.Core) api.Core { return careless{panics: true} })},
		"failing":   {WithCore(func(api.Core) api.Core { return careless{} })},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, settings(t), append(with, WithLimits(api.Limits{AddressBurst: 1 << 20}))...)
			p := newProbe(t, r)
			for procedure, method := range methods() {
				p.probe(procedure, method.Input())
			}
			for _, found := range leaks(r.log.String() + p.metrics()) {
				t.Errorf("a log line or a metric holds what a request said: %q", found)
			}
			if p.sent < 500 || p.refused < p.sent/4 {
				t.Errorf("%d sent, %d refused: this looked at too little", p.sent, p.refused)
			}
			if name == "panicking" && !strings.Contains(r.log.String(), "a handler panicked") {
				t.Error("nothing panicked")
			}
		})
	}
}

// TestLeakIsSeen shows that the test above can fail: a core that logs what it gets, in each encoding.
func TestLeakIsSeen(t *testing.T) {
	for name, encode := range map[string]func([]byte) string{
		"raw": func(b []byte) string { return string(b) },
		"hex": hex.EncodeToString, "HEX": func(b []byte) string { return fmt.Sprintf("%X", b) },
		"base64": base64.StdEncoding.EncodeToString, "base64url": base64.RawURLEncoding.EncodeToString,
		"json": func(b []byte) string { return strconv.QuoteToASCII(string(b)) },
	} {
		var r *running
		leaking := withSync(func(_ context.Context, _ hub.Call, m *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error) {
			r.App.log.Info().Str("got", encode(m.GetManifestHash())).Msg("a careless line")
			return &syncv1.SyncResponse{}, nil, nil
		})
		r = start(t, settings(t), leaking)
		c := h1(t, r).signedIn(t, "sato", "tablet-a")
		for prefix := range 3 { // base64 has three alignments
			before := len(r.log.String())
			request := pull()
			request.Msg.ManifestHash = []byte(strings.Repeat("p", prefix) + new(markers).text())
			if _, err := c.sync().Sync(t.Context(), request); err != nil {
				t.Fatal(err)
			}
			if said := r.log.String()[before:]; len(leaks(said)) == 0 {
				t.Errorf("%s: not seen in %s", name, said)
			}
		}
	}
}

// careless is a core that panics with its request, or quotes it in its errors.
type careless struct {
	api.Core
	panics bool
}

func (c careless) Sync(_ context.Context, _ hub.Call, m *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error) {
	if c.panics {
		panic(m)
	}
	return nil, nil, fmt.Errorf("cannot take %v: %w", m, errors.New(m.String()))
}

// probe sends requests and keeps what the errors said.
type probe struct {
	t             *testing.T
	running       *running
	slow, fast    *client
	markers       markers
	sent, refused int
}

func newProbe(t *testing.T, r *running) *probe {
	p := &probe{t: t, running: r, slow: h1(t, r).signedIn(t, "sato", "tablet-a"), fast: h2c(t, r)}
	p.fast.token = p.slow.token
	return p
}

// probe sends every filled message whole, and broken in every way.
func (p *probe) probe(procedure string, input protoreflect.MessageDescriptor) {
	messages := p.markers.filled(input)
	if input.FullName() == new(syncv1.SyncRequest).ProtoReflect().Descriptor().FullName() {
		messages = append(messages, p.markers.syncs()...)
	}
	for _, m := range messages {
		binary, err := proto.Marshal(m)
		if err != nil {
			p.t.Fatal(err)
		}
		text, err := protojson.Marshal(m)
		if err != nil {
			p.t.Fatal(err)
		}
		p.send(p.slow, procedure, "application/proto", binary)
		p.send(p.slow, procedure, "application/json", text)
		p.send(p.slow, procedure, "application/grpc-web+proto", framed(0, binary))
		p.send(p.slow, procedure, "application/connect+json", framed(0, text))
		p.send(p.fast, procedure, "application/grpc", framed(0, binary), "Te", "trailers")
		p.broken(procedure, binary, text)
	}
	p.headers(procedure)
}

// broken sends what cannot be read.
func (p *probe) broken(procedure string, binary, text []byte) {
	if len(binary) > 1 {
		p.send(p.slow, procedure, "application/proto", binary[:len(binary)-1])
		p.send(p.fast, procedure, "application/grpc+proto", framed(0, binary[:len(binary)/2]), "Te", "trailers")
		p.send(p.fast, procedure, "application/grpc", framed(0, binary)[:len(binary)/2+5], "Te", "trailers")
	}
	p.send(p.slow, procedure, "application/json", text[:len(text)-1])
	p.send(p.slow, procedure, "application/json", binary)
	p.send(p.slow, procedure, "application/proto", text)
	p.send(p.slow, procedure, "application/connect+proto", text)
	p.send(p.slow, procedure, "application/json", bytes.ReplaceAll(text, []byte(`":1`), []byte(`":"`+p.markers.text()+`"`)))
	p.send(p.slow, procedure, "application/json", bytes.ReplaceAll(text, []byte(`true`), []byte(`"`+p.markers.text()+`"`)))
	p.send(p.slow, procedure, "application/json", []byte(`{"`+p.markers.text()+`":1,}`))
	p.send(p.slow, procedure, "application/json", []byte(`{"clock":"`+p.markers.text()+`","operation":"`+p.markers.text()+`"}`))
	p.send(p.slow, procedure, "text/plain", text)
	p.send(p.slow, procedure, "application/proto", binary, "Content-Encoding", "gzip")
	p.send(p.slow, procedure, "application/proto", binary, "Content-Encoding", "zstd")
}

// headers sends markers outside the message, and messages that are too large.
func (p *probe) headers(procedure string) {
	marker := p.markers.text()
	for _, name := range []string{
		"Content-Encoding", "Grpc-Encoding", "Connect-Timeout-Ms", "Connect-Protocol-Version", "X-Request-Id",
		"Authorization", "X-Forwarded-For", "User-Agent", "Accept-Encoding", "Origin", "Content-Type", "Cookie",
	} {
		p.send(p.slow, procedure, "application/proto", nil, name, marker)
	}
	p.send(p.fast, procedure, "application/grpc", framed(0, nil), "Grpc-Timeout", marker)
	p.send(p.slow, procedure+"/"+marker, "application/json", []byte("{}"))
	p.send(p.slow, "/"+marker, "application/json", []byte("{}"))
	p.send(p.slow, procedure+"?message="+marker, "application/json", []byte("{"))
	large := bytes.Repeat([]byte(marker), readBytes/len(marker)+1)
	p.send(p.slow, procedure, "application/proto", append([]byte{0xfa, 0x3f, 0xff, 0xff, 0x7f}, large...))
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	for range 8 {
		_, _ = w.Write(large)
	}
	_ = w.Close()
	p.send(p.slow, procedure, "application/proto", zipped.Bytes(), "Content-Encoding", "gzip")
}

// send makes a call and looks into its error. What a good answer says is the caller's own business.
func (p *probe) send(c *client, path, kind string, body []byte, header ...string) {
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	p.sent++
	answer, err := c.http.Do(request)
	if err != nil {
		return // cut off while it was sending
	}
	defer answer.Body.Close()
	text := ""
	endless := strings.HasSuffix(path, "/Watch") || strings.HasSuffix(path, "/WatchAlerts")
	if endless && answer.StatusCode == http.StatusOK {
		first := make([]byte, 4096) // a watch that stands has no end
		n, _ := answer.Body.Read(first)
		text = string(first[:n])
	} else {
		all, _ := io.ReadAll(answer.Body)
		text = string(all)
	}
	status := answer.Header.Get("Grpc-Status") + answer.Trailer.Get("Grpc-Status")
	if answer.StatusCode < 400 && (status == "" || status == "0") && !strings.Contains(text, `"error"`) && (!strings.Contains(text, "grpc-status: ") || strings.Contains(text, "grpc-status: 0")) {
		return
	}
	p.refused++
	for _, found := range leaks(fmt.Sprint(text, answer.Header, answer.Trailer)) {
		p.t.Errorf("%s as %s: the error says %q", path, kind, found)
	}
}

// metrics reads /metrics.
func (p *probe) metrics() string {
	answer, err := http.Get("http://" + p.running.Addr() + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(all), "tsunagu_requests_total") {
		p.t.Fatal("no metrics", err)
	}
	return string(all)
}

// framed puts a message into the envelope of gRPC.
func framed(flags byte, message []byte) []byte {
	return append(append([]byte{flags}, binary.BigEndian.AppendUint32(nil, uint32(len(message)))...), message...)
}
