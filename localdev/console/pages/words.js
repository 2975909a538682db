// Numbers and times for people.

export const duration = (milliseconds) =>
  milliseconds < 10 ? `${milliseconds.toFixed(1)} ms`
    : milliseconds < 1000 ? `${Math.round(milliseconds)} ms`
      : `${(milliseconds / 1000).toFixed(milliseconds < 10000 ? 2 : 1)} s`

export const size = (bytes) => {
  if (bytes < 1024) return many(bytes, "byte")
  for (const unit of ["kB", "MB", "GB"]) {
    bytes /= 1024
    if (bytes < 1024 || unit === "GB") return `${bytes >= 10 ? Math.round(bytes) : bytes.toFixed(1)} ${unit}`
  }
}

export const clock = (seconds) => {
  const moment = new Date(seconds * 1000)
  const today = moment.toDateString() === new Date().toDateString()
  return moment.toLocaleString("en-GB", today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "medium" })
}

export const uptime = (seconds) =>
  seconds < 120 ? `${Math.round(seconds)} s`
    : seconds < 7200 ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`

export const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`
