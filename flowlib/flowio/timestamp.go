package flowio

import (
	"strings"
	"time"
)

const timestampExpected = "a time such as 15/04/2015 03:41:32 PM, 15/04/2015 15:41:32 or 2015-04-15 15:41:32"

// parseTimestamp reads a time stamp as µs since 1970, and says whether it names
// the half of the day. It has no time zone: it is read as if it were UTC.
func parseTimestamp(s string) (micros int64, twelve, ok bool) {
	date, rest, ok := cutDate(s)
	if !ok {
		return 0, false, false
	}
	clock, half := cutHalf(rest)
	micros, hour, ok := parseClock(clock)
	if !ok {
		return 0, false, false
	}
	if half != "" {
		pm, known := halves[half]
		if !known || hour > 12 {
			return 0, false, false
		}
		micros -= int64(hour) * 3600e6
		hour %= 12
		if pm {
			hour += 12
		}
		micros += int64(hour) * 3600e6
	}
	return date.UnixMicro() + micros, half != "", true
}

// cutDate reads the date before the first blank or T.
func cutDate(s string) (date time.Time, rest string, ok bool) {
	i := strings.IndexAny(s, " T\u00a0\u202f")
	if i < 0 {
		return time.Time{}, "", false
	}
	d, rest := s[:i], s[i+1:]
	var y, m, day int
	if p := strings.Split(d, "/"); len(p) == 3 {
		y, m, day = digits(p[2]), digits(p[1]), digits(p[0])
	} else if p := strings.Split(d, "-"); len(p) == 3 {
		y, m, day = digits(p[0]), digits(p[1]), digits(p[2])
	}
	if y < 1000 || y > 9999 || m < 1 || m > 12 || day < 1 {
		return time.Time{}, "", false
	}
	date = time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
	return date, rest, date.Day() == day
}

// cutHalf parts "03:41:32 p. m." into the clock and "pm".
func cutHalf(s string) (clock, half string) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ':' || s[end] == '.') {
		end++
	}
	clock, half = s[:end], s[end:]
	if half == "" {
		return clock, ""
	}
	return clock, plainHalf(half)
}

// parseClock reads h:mm, h:mm:ss or h:mm:ss.ffffff as µs since midnight.
func parseClock(s string) (micros int64, hour int, ok bool) {
	p := strings.Split(s, ":")
	if len(p) != 2 && len(p) != 3 {
		return 0, 0, false
	}
	hour, minute, second, fraction := digits(p[0]), digits(p[1]), 0, int64(0)
	if len(p) == 3 {
		whole, part, dotted := strings.Cut(p[2], ".")
		second = digits(whole)
		if dotted {
			if len(part) < 1 || len(part) > 9 {
				return 0, 0, false
			}
			f := digits((part + "000000")[:6])
			if f < 0 || digits(part) < 0 {
				return 0, 0, false
			}
			fraction = int64(f)
		}
	}
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, 0, false
	}
	return int64(hour)*3600e6 + int64(minute)*60e6 + int64(second)*1e6 + fraction, hour, true
}

// digits is the value of 1 to 9 decimal digits, -1 for anything else.
func digits(s string) int {
	if len(s) < 1 || len(s) > 9 {
		return -1
	}
	v := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		v = v*10 + int(s[i]-'0')
	}
	return v
}
