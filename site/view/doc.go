// Package view is the portal's pages as templ components. A page is a function of its props: values, no request,
// no store, no clock. The handlers of package site fill the props in.
//
// The look is one idea: a page is a course, one thin line with points on it. Magenta is the reader's hand (what you
// typed, where you are, what you chose) and nothing else is magenta; the style sheet in package static says the rest.
package view
