import type { Language } from '../messages/language.ts'

/** What a route is called, in the breadcrumb and in the browser's title. */
interface PageTitle {
  (context: { readonly language: Language; readonly params: Readonly<Record<string, string>> }): string
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    readonly title?: PageTitle
  }
}
