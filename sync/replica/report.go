package replica

import (
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// maxAppVersion is how long the name of an app's version may be.
const maxAppVersion = 64

// SetReport says what the store does not tell: the version of the app, and how many blobs wait to be sent; nil: none.
func (r *Replica) SetReport(appVersion string, blobs func() uint32) {
	r.appVersion, r.blobs = appVersion[:min(len(appVersion), maxAppVersion)], blobs
}

// report counts what the device has that the server may not, for those who look after the devices.
func (r *Replica) report(rd Reader, d *devicev1.DeviceState) (*syncv1.DeviceReport, error) {
	report := &syncv1.DeviceReport{AppVersion: r.appVersion, Repairs: d.GetRepairs()}
	if r.blobs != nil {
		report.Blobs = r.blobs()
	}
	oldest := uint64(0)
	err := rd.Scan([]byte{keyPending}, nil, func(key, _ []byte) error {
		if report.Pending++; report.Pending == 1 {
			oldest = numberOf(key)
		}
		return nil
	})
	if err == nil {
		err = rd.Scan([]byte{keyAnswered}, nil, func(key, _ []byte) error {
			if key[len(key)-9] == classShown {
				report.Held++
			}
			return nil
		})
	}
	if err != nil || report.Pending == 0 {
		return report, err
	}
	m, err := loadMutation(rd, oldest)
	report.OldestPendingMs = m.GetRecord().GetEnvelope().GetRecorded().AsTime().UnixMilli()
	return report, err
}
