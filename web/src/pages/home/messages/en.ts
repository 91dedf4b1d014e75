export const en = {
  title: 'Home',
  empty: 'Nothing has run here yet',
  emptyBody: 'Write a pipeline in YAML and run it: its jobs, their logs, metrics and models appear here.',
}
