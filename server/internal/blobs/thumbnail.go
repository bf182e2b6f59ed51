package blobs

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/draw"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Bounds of what is decoded for a thumbnail. One picture is decoded at a time; the largest takes some 400 MiB for a
// moment (a progressive JPEG: its coefficients and its pixels), the photos of tablets a quarter of that.
const (
	maxPixels       = 50_000_000
	maxPicturePlane = 200 << 20        // bytes of pixels, and again of coefficients
	makingTime      = 20 * time.Second // for one thumbnail; whoever waits for another one waits no longer
	thumbnailGrade  = 80               // quality of the JPEG
	noPicture       = 1                // size of a thumbnail that says there is none
)

// Thumbnail returns a small JPEG of a photo: upright, and made of its pixels alone, so that place, time and camera stay
// behind. Empty, if the blob is no picture that can be made smaller. It is made once and kept beside the blob.
// blob.ErrAbsent if the blob is not here.
func (v *Vault) Thumbnail(ctx context.Context, n blob.Name) ([]byte, error) {
	object := v.keys.Object(n)
	if data, err := v.madeThumbnail(ctx, object, n); !errors.Is(err, blob.ErrAbsent) {
		return data, err
	}
	select {
	case v.making <- struct{}{}:
		defer func() { <-v.making }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if data, err := v.madeThumbnail(ctx, object, n); !errors.Is(err, blob.ErrAbsent) {
		return data, err // while this call waited
	}
	o, err := v.open(ctx, object, n)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if !blob.Pictured(blob.MediaType(o.MediaType)) {
		return nil, nil
	}
	limited, cancel := context.WithTimeout(ctx, makingTime)
	defer cancel()
	small, err := shrink(func() io.Reader { return cancellable{limited, o.Reader(o.file)} }, blob.MediaType(o.MediaType))
	switch {
	case err == nil, ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded): // too slow, and so it will be again
		return small, v.keepThumbnail(ctx, object, n, small)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, outward(err)
}

// madeThumbnail reads a thumbnail that was made before.
func (v *Vault) madeThumbnail(ctx context.Context, object string, n blob.Name) ([]byte, error) {
	o, err := v.open(ctx, object+thumbnailSuffix, n)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	data, err := o.Chunk(o.file, 0)
	if err == nil && !o.Thumbnail {
		err = blob.ErrDamaged
	}
	if err != nil || len(data) == noPicture {
		return nil, outward(err)
	}
	return data, nil
}

// keepThumbnail keeps what was made, also that nothing could be. On a full disk it is made again the next time.
func (v *Vault) keepThumbnail(ctx context.Context, object string, n blob.Name, small []byte) error {
	if len(small) == 0 {
		small = make([]byte, noPicture)
	}
	err := v.keep(ctx, object+thumbnailSuffix, blob.Meta{
		Name: n, Size: uint64(len(small)), MediaType: blob.JPEG, Thumbnail: true,
	}, bytes.NewReader(small))
	if errors.Is(err, blob.ErrFull) {
		return nil
	}
	return err
}

// shrink makes the thumbnail of a picture; nil if it is none, or too large to be looked at. What cannot be read from
// the disk is an error, what cannot be decoded is not.
func shrink(open func() io.Reader, mediaType string) ([]byte, error) {
	read := &watched{from: open()}
	config, err := decodeConfig(read, mediaType)
	if err != nil || !affordable(config) {
		return nil, read.err
	}
	turned := upright
	if mediaType == blob.JPEG {
		cost, err := surveyJPEG(open())
		if err != nil || !cost.affordable(int64(config.Width)*int64(config.Height)) {
			return nil, err
		}
		turned = orientationOf(open())
	}
	read = &watched{from: open()}
	picture, err := decode(read, mediaType)
	if err != nil {
		return nil, read.err
	}
	small := turn(scale(picture), turned)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbnailGrade}); err != nil || out.Len() > blob.MaxThumbnailBytes {
		return nil, err
	}
	return out.Bytes(), nil
}

func decodeConfig(r io.Reader, mediaType string) (image.Config, error) {
	if mediaType == blob.PNG {
		return png.DecodeConfig(r)
	}
	return jpeg.DecodeConfig(r)
}

func decode(r io.Reader, mediaType string) (image.Image, error) {
	if mediaType == blob.PNG {
		return png.Decode(r)
	}
	return jpeg.Decode(r)
}

// affordable tells whether a picture can be decoded within the bounds. A few bytes may claim any size.
func affordable(c image.Config) bool {
	deep := 4
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		deep = 8
	}
	pixels := int64(c.Width) * int64(c.Height)
	return c.Width > 0 && c.Height > 0 && c.Width <= maxPixels && c.Height <= maxPixels &&
		pixels <= maxPixels && pixels*int64(deep) <= maxPicturePlane
}

// scale makes a picture as small as a thumbnail; a smaller one stays as it is. What is see-through becomes white.
func scale(picture image.Image) *image.RGBA {
	size := picture.Bounds().Size()
	if longest := max(size.X, size.Y); longest > blob.ThumbnailSide {
		size.X = max(1, size.X*blob.ThumbnailSide/longest)
		size.Y = max(1, size.Y*blob.ThumbnailSide/longest)
	}
	small := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	return small
}

// cancellable ends a reading, and with it a decoding, when nobody waits for it any more or it takes too long.
type cancellable struct {
	ctx  context.Context
	from io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.from.Read(p)
}

// watched remembers an error of reading, as a decoder does not tell it from one of the picture.
type watched struct {
	from io.Reader
	err  error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}
