package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// Size of the demo's photos, in pixels: larger than a thumbnail, so that the server has one to make.
const photoWidth, photoHeight = 640, 480

// photo puts a picture into an entry. It is drawn here: nobody was photographed.
func (p *player) photo(t *tablet, title string, entry *sdk.Entry) error {
	content, err := drawn()
	if err != nil {
		return err
	}
	ref, err := t.AddBlob(bytes.NewReader(content), title, "image/png")
	if err != nil {
		return err
	}
	entry.Blobs = append(entry.Blobs, ref)
	p.tell.detail(fmt.Sprintf("写真「%s」を添付（%d KiB）", title, (len(content)+1023)>>10), fmt.Sprintf("a photo is attached, %d KiB", (len(content)+1023)>>10))
	return nil
}

// drawn is a lower leg as a few lines show it, with a dent that a finger left.
func drawn() ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	for y := range photoHeight {
		for x := range photoWidth {
			picture.Set(x, y, tone(x, y))
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, picture)
	return b.Bytes(), err
}

func tone(x, y int) color.RGBA {
	half := 90 + 40*math.Sin(float64(y)*math.Pi/photoHeight) // of the leg's width
	side := math.Abs(float64(x)-photoWidth/2) / half
	if side > 1 {
		return color.RGBA{R: 208, G: 216, B: 220, A: 255}
	}
	light := 1 - 0.35*side*side
	if math.Hypot(float64(x)-photoWidth/2, float64(y)-300) < 16 {
		light *= 0.82
	}
	return color.RGBA{R: uint8(236 * light), G: uint8(196 * light), B: uint8(172 * light), A: 255}
}
