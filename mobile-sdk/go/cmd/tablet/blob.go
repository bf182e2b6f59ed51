package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type photoCmd struct {
	chartFlag
	entryFlags
	File  []string `help:"The photo or file; may be given up to 32 times." required:"" type:"path" sep:"none"`
	Title string   `help:"What it shows, for people. Default: the name of the file."`
	Text  string   `help:"The note that goes with it." default:"写真・ファイルを添付しました。"`
	Type  string   `help:"Its media type, such as image/jpeg. Default: found by its content and name."`
}

// maxAttached is how many photos and files a record may have.
const maxAttached = 32

// Run writes a note with photos.
func (c photoCmd) Run(e *env) error {
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	if entry.Blobs, err = e.attachAll(c.File, c.Title, c.Type); err != nil {
		return err
	}
	n := &carev1.SignedNote{Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: c.Text}
	return e.createEntry(chartFlag{chart}, entry, &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: n}})
}

// attachAll copies photos and files onto the tablet, for a record that is written next. Without a title each has the
// name of its file, without a type the one that its name and content say.
func (e *env) attachAll(names []string, title, kind string) (refs []*carev1.BlobRef, err error) {
	if len(names) > maxAttached {
		return nil, usage("a record has at most 32 photos and files", "一つの記録に添付できるのは32件までです")
	}
	for _, name := range names {
		ref, err := e.attach(name, title, kind)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

func (e *env) attach(name, title, kind string) (*carev1.BlobRef, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usage("the file cannot be read; check its name", "ファイルを読み込めません。名前を確認してください")
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return nil, usage("that is a folder, or cannot be read; name a photo or file", "フォルダか、読み込めないものです。写真やファイルを指定してください")
	}
	if title == "" {
		title = filepath.Base(name)
	}
	if kind == "" {
		if kind, err = mediaType(file); err != nil {
			return nil, err
		}
	}
	return e.tablet.AddBlob(file, title, kind)
}

// mediaType goes by the name where that says something, else by the first bytes.
func mediaType(file *os.File) (string, error) {
	if named := mime.TypeByExtension(filepath.Ext(file.Name())); named != "" {
		return named, nil
	}
	if filepath.Ext(file.Name()) == ".heic" {
		return "image/heic", nil
	}
	start := make([]byte, 512)
	n, err := io.ReadFull(file, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", err
	}
	_, err = file.Seek(0, io.SeekStart)
	return http.DetectContentType(start[:n]), err
}

type filesCmd struct {
	chartFlag
	Record string `arg:"" optional:"" help:"The record, as listed by show. Default: all that have photos or files."`
}

// Run lists photos and files, and where they are.
func (c filesCmd) Run(e *env) error {
	items, err := c.items(e)
	if err != nil {
		return err
	}
	shown := 0
	for _, i := range items {
		list, err := e.tablet.Blobs(i)
		if err != nil {
			return err
		}
		for n, b := range list {
			e.say("%s  %2d  %s  %s, %d KiB  [%s]  %s", short(i.ID), n+1, b.GetTitle(), b.GetMediaType(),
				(b.GetSize()+1023)>>10, e.both(sdk.BlobStateWords(b.State)), hex.EncodeToString(b.GetSha256()[:4]))
			shown++
		}
	}
	if shown == 0 {
		e.say("%s", e.both("写真・ファイルはありません", "no photos or files"))
	}
	return nil
}

func (c filesCmd) items(e *env) ([]sdk.Item, error) {
	if c.Record != "" {
		i, err := e.find(c.chartFlag, c.Record)
		return []sdk.Item{i}, err
	}
	chart, err := c.id(e)
	if err != nil {
		return nil, err
	}
	return e.tablet.Timeline(chart, sdk.Filter{})
}

type fetchCmd struct {
	chartFlag
	Record    string `arg:"" help:"The record, as listed by files."`
	Number    int    `help:"Which of its photos and files." default:"1"`
	Out       string `help:"File to write; it must not be there." required:"" type:"path"`
	Thumbnail bool   `help:"The small picture."`
}

// Run fetches a photo or file, unless it is on the tablet, and writes it out.
func (c fetchCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	list, err := e.tablet.Blobs(i)
	if err != nil {
		return err
	}
	if c.Number < 1 || c.Number > len(list) {
		return sdk.ErrNoBlob
	}
	return c.write(e, i, [32]byte(list[c.Number-1].GetSha256()))
}

func (c fetchCmd) write(e *env, i sdk.Item, sum [32]byte) (err error) {
	var content io.Reader
	if c.Thumbnail {
		small, err := e.tablet.Thumbnail(e.ctx, i.StreamID, i.ID, sum)
		if err != nil {
			return err
		}
		if len(small) == 0 {
			return &sdk.Problem{En: "There is no small picture of this file; fetch the file itself.", Ja: "このファイルには縮小画像がありません。ファイルそのものを取得してください。"}
		}
		content = bytes.NewReader(small)
	} else {
		file, err := e.tablet.OpenBlob(e.ctx, i.StreamID, i.ID, sum)
		if err != nil {
			return err
		}
		defer file.Close()
		content = file
	}
	out, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unwritable(c.Out, err)
	}
	_, err = io.Copy(out, content)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("the file cannot be written; what is on the tablet stays: %w", err)
	}
	e.say("%s: %s", e.both("書き出しました", "written"), c.Out)
	return nil
}
