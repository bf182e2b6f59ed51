package sdk

import (
	"context"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// Work lists what waits for a person on the server, of one kind: in a chart, or, without one, in everything that the
// person may see. It needs the network: the tablet holds a window of months, and nothing that is held for others.
func (t *Tablet) Work(ctx context.Context, kind chartv1.WorkKind, chart string) ([]*chartv1.WorkItem, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	req := &chartv1.ListWorkRequest{Kind: kind, ChartId: chart, PageSize: 500}
	var items []*chartv1.WorkItem
	for range maxWorkPages {
		page, err := t.listWork(ctx, by, req)
		if err != nil {
			return items, asked(err)
		}
		items = append(items, page.GetItems()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	return items, nil
}

// Devices lists the devices of the person's organisation: when each was last heard of, and what it may still hold. It
// needs the network.
func (t *Tablet) Devices(ctx context.Context) ([]*chartv1.Device, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	req := &chartv1.ListDevicesRequest{PageSize: 1000}
	var devices []*chartv1.Device
	for range maxWorkPages {
		page, err := t.listDevices(ctx, by, req)
		if err != nil {
			return devices, asked(err)
		}
		devices = append(devices, page.GetDevices()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	return devices, nil
}

func (t *Tablet) listDevices(ctx context.Context, by session, req *chartv1.ListDevicesRequest) (*chartv1.ListDevicesResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.ListDevices(ctx, authorised(by.token, req))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}
