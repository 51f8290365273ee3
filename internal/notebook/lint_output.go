package notebook

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"strings"
)

// MaxPicture is the most bytes that a stored figure may have.
const MaxPicture = 300 << 10

// output checks one stored output.
func (l *linter) output(c *Cell, o *Output) {
	if o.Type == "error" && !c.tagged("raises-exception") {
		l.say("error", "an error is stored as output")
	}
	for _, s := range []string{string(o.Text), o.plain("text/plain"), o.plain("text/html"), o.plain("text/markdown")} {
		if strings.Contains(s, "http://") || strings.Contains(s, "https://") {
			l.say("http", "an output holds an address of the network: %.60s", strings.TrimSpace(s))
		}
		if m := absolute.FindString(s); m != "" {
			l.say("path", "an output holds an absolute path (%s…)", strings.TrimSpace(m))
		}
	}
	if raw := o.plain("image/png"); raw != "" {
		if o.Metadata["image/png"].Alt == "" && o.plain("text/plain") == "" {
			l.say("alt", "a figure without alt text: plots.Show takes one")
		}
		if why := picture(raw); why != "" {
			l.say("picture", "%s", why)
		}
	}
}

// picture says what is wrong with a PNG in base64, "" if nothing.
func picture(raw string) string {
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(raw, "\n", ""))
	if err != nil {
		return fmt.Sprintf("a figure is not base64: %v", err)
	}
	if len(b) > MaxPicture {
		return fmt.Sprintf("a figure of %d kB, at most %d", len(b)>>10, MaxPicture>>10)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return fmt.Sprintf("a figure is not a PNG: %v", err)
	}
	if empty(img) {
		return "a figure is blank"
	}
	return ""
}

// empty reports whether less than one pixel in a thousand differs from the
// first.
func empty(img image.Image) bool {
	r := img.Bounds()
	first, others := img.At(r.Min.X, r.Min.Y), 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if img.At(x, y) != first {
				others++
			}
		}
	}
	return others*1000 < r.Dx()*r.Dy()
}
