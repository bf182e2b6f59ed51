package directory

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/tsunagu-care/tsunagu/api"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// maxFile bounds the file: far above the largest installation that one file is for.
const maxFile = 64 << 20

// Directory answers from the file that was read last. It may be used by many goroutines at once.
type Directory struct {
	path    string
	journal Journal
	current atomic.Pointer[snapshot]
}

// Open reads the file.
func Open(path string) (*Directory, error) {
	d := &Directory{path: path}
	return d, d.Reload()
}

// Reload reads the file again. If anything is wrong with it the old one stays.
func (d *Directory) Reload() error {
	content, err := read(d.path)
	if err != nil {
		return err
	}
	f, found := decode(content)
	if len(found) > 0 {
		return refused(d.path, found)
	}
	return d.take(f)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the directory file cannot be read; name it with --directory: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("the directory file cannot be read whole; check its disk: %w", err)
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("the directory file %s is larger than %d MiB; divide the installation", path, maxFile>>20)
	}
	return content, nil
}

// Counts says how much is in the file, for people who check it.
func (d *Directory) Counts() string {
	s := d.current.Load()
	return fmt.Sprintf("%d people, %d devices, %d charts, %d streams", len(s.people), len(s.devices), len(s.charts), len(s.streams))
}

// empty is what there is of a tenant that is not the file's.
var empty = newSnapshot("")

// in returns the file if it is the tenant's, else an empty one.
func (d *Directory) in(tenant string) *snapshot {
	if s := d.current.Load(); s.tenant == tenant {
		return s
	}
	return empty
}

// Person returns a person as an actor.
func (d *Directory) Person(tenant, personID string) (*carev1.Actor, bool) {
	if p, ok := d.in(tenant).people[personID]; ok {
		return p.actor, true
	}
	return nil, false
}

// Grants returns every grant of the person on the stream.
func (d *Directory) Grants(tenant, personID, streamID string) []hub.Grant {
	if p, ok := d.in(tenant).people[personID]; ok {
		return p.grants[streamID]
	}
	return nil
}

// Readable returns the streams that the person may read at the time, by id.
func (d *Directory) Readable(tenant, personID string, at time.Time) []hub.StreamRef {
	p, ok := d.in(tenant).people[personID]
	if !ok {
		return nil
	}
	readable := make([]hub.StreamRef, 0, len(p.streams))
	for _, s := range p.streams {
		for _, g := range p.grants[s.ID] {
			if g.Covers(at, at) {
				readable = append(readable, s)
				break
			}
		}
	}
	return readable
}

// Stream returns a stream.
func (d *Directory) Stream(tenant, streamID string) (hub.StreamRef, bool) {
	s, ok := d.in(tenant).streams[streamID]
	return s, ok
}

// Chart returns a chart.
func (d *Directory) Chart(tenant, chartID string) (hub.Chart, bool) {
	if c, ok := d.in(tenant).charts[chartID]; ok {
		return *c, true
	}
	return hub.Chart{}, false
}

// Prove checks the secrets of a device and a person, and does the same work when one of them is not there.
func (d *Directory) Prove(claim api.Claim) api.Proof {
	s := d.current.Load()
	device, knownDevice := s.devices[claim.DeviceID]
	if !knownDevice {
		device.secret = s.nothing
	}
	p, knownPerson := s.people[claim.PersonID]
	if !knownPerson {
		p = &person{secret: s.nobody}
	}
	deviceFits := device.secret.Fits(claim.DeviceSecret)
	personFits := p.secret.Fits(claim.PersonSecret)
	proof := api.Proof{Device: knownDevice && deviceFits, Person: knownPerson && personFits}
	if proof.Device && proof.Person {
		proof.Tenant, proof.Actor = s.tenant, p.actor
	}
	return proof
}

// Enrolled tells whether device and person are in the file.
func (d *Directory) Enrolled(tenant, deviceID, personID string) (organisation string, ok bool) {
	s := d.in(tenant)
	device, known := s.devices[deviceID]
	_, person := s.people[personID]
	return device.organisation, known && person
}

// Devices returns the devices of an organisation.
func (d *Directory) Devices(tenant, organisation string) []string {
	var ids []string
	for id, device := range d.in(tenant).devices {
		if device.organisation == organisation {
			ids = append(ids, id)
		}
	}
	return ids
}
