package main

// whoDecides finds the first tablet whose person may decide about something that the server holds; nil: there is none.
func (p *player) whoDecides() (*tablet, error) {
	for _, t := range p.order {
		if _, err := t.use(""); err != nil {
			return nil, err
		}
		held, err := t.ListHeldOnServer(p.ctx, "")
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			return t, nil
		}
	}
	return nil, nil
}
