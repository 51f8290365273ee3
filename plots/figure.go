package plots

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Width is the width of figures unless they need more: on a page that is 390
// pixels wide the letters are still 10 pixels high.
const Width = 12.5 * vg.Centimeter

// dpi of the PNG: two pixels for each pixel of a page (96 a inch).
const dpi = 192

// Figure is a drawing of a fixed size.
type Figure struct {
	Width, Height vg.Length
	paint         func(draw.Canvas)
}

// raster draws the figure on a white image.
func (f *Figure) raster() *image.RGBA {
	c := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi))
	f.paint(draw.New(c))
	return c.Image().(*image.RGBA) // what vgimg draws on unless told otherwise
}

// PNG is the figure at 192 dpi with at most 256 colours. The same figure gives
// the same bytes.
func (f *Figure) PNG() []byte {
	return encodePNG(reduce(f.raster()))
}

// SVG is the figure as vector graphics with its fonts inside.
func (f *Figure) SVG() []byte {
	c := vgsvg.NewWith(vgsvg.UseWH(f.Width, f.Height), vgsvg.EmbedFonts(true))
	f.paint(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic(fmt.Sprintf("plots: %v", err)) // a Buffer takes every write
	}
	return b.Bytes()
}

// Save writes the figure to path, whose ending says how: .png or .svg. The
// file is written beside and renamed.
func (f *Figure) Save(path string) error {
	var data []byte
	switch ext := filepath.Ext(path); ext {
	case ".png":
		data = f.PNG()
	case ".svg":
		data = f.SVG()
	default:
		return fmt.Errorf("save figure %s: found the ending %q, expected .png or .svg", path, ext)
	}
	if err := renameio.WriteFile(path, data, os.FileMode(0o644)); err != nil {
		return fmt.Errorf("save figure: %w", err)
	}
	return nil
}

// pixels is the size of the figure on a page, in CSS pixels.
func (f *Figure) pixels() (width, height int) {
	return int(f.Width.Dots(96) + 0.5), int(f.Height.Dots(96) + 0.5)
}

// fromPlot makes a figure of one plot, with a margin around it.
func fromPlot(p *plot.Plot, width, height vg.Length) *Figure {
	return &Figure{Width: width, Height: height, paint: func(c draw.Canvas) { p.Draw(inset(c)) }}
}

// margin is the white space around every figure.
const margin = 6 * vg.Millimeter / 2

// inset is the canvas inside the margin.
func inset(c draw.Canvas) draw.Canvas { return draw.Crop(c, margin, -margin, margin, -margin) }
