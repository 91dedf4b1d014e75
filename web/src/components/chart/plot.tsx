import { useEffect, useEffectEvent, useRef } from 'react'
import type { ReactNode } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { AlignedSeries } from './align-series.ts'
import type { ChartProps } from './chart-props.ts'
import { type Format, useFormat } from '../../messages/format.ts'
import { useColors } from '../theme-colors.ts'

interface PlotProps extends ChartProps {
  readonly height: number
  readonly hidden: ReadonlySet<string>
  readonly data: AlignedSeries
}

/** The canvas of a chart; loaded when the first chart is shown. */
export default function Plot(props: PlotProps): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  const format = useFormat()
  const colors = useColors()
  const make = useEffectEvent((element: HTMLElement): uPlot => {
    const { x, y } = props.data
    return new uPlot(
      optionsOf(props, { format, colors, width: element.clientWidth }),
      [x, ...y] as uPlot.AlignedData,
      element,
    )
  })
  // A change of shape makes a new plot; new values alone are set into it.
  const shape = JSON.stringify([
    props.series.map(({ name }) => [name, props.hidden.has(name)]),
    [props.x, props.kind, props.isLogarithmic, props.height, props.xLabel, props.syncWith],
  ])
  const plot = useRef<uPlot>(undefined)
  useEffect(() => {
    const element = box.current!
    const made = make(element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: made.height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [shape, colors, format])
  useEffect(() => {
    plot.current?.setData([props.data.x, ...props.data.y] as uPlot.AlignedData)
  }, [props.data])
  return <div ref={box} className="plot" role="img" aria-label={props.label} />
}

interface Look {
  readonly format: Format
  readonly colors: Readonly<Record<string, string>>
  readonly width: number
}

function optionsOf(props: PlotProps, { format, colors, width }: Look): uPlot.Options {
  const { series, x = 'number', kind = 'lines', isLogarithmic = false, syncWith, hidden, height } = props
  const axis = {
    stroke: colors['--text-quiet']!,
    font: '11px system-ui, sans-serif',
    grid: { stroke: colors['--line']!, width: 1 },
    ticks: { show: false },
  }
  const shown = (value: number | null): string => (value === null ? '' : format.number(value))
  return {
    width,
    height,
    ms: 1,
    legend: { show: series.length === 1 },
    cursor: {
      drag: { x: true, y: false },
      ...(syncWith !== undefined && { sync: { key: syncWith } }),
    },
    scales: { x: { time: x === 'time' }, y: { distr: isLogarithmic ? 3 : 1 } },
    axes: [
      {
        ...axis,
        ...(props.xLabel !== undefined && { label: props.xLabel, labelSize: 16, labelGap: -2, labelFont: axis.font }),
      },
      { ...axis, size: 56, values: (_plot, values) => values.map(shown) },
    ],
    series: [
      { label: props.xLabel ?? 'x', ...(x === 'number' && { value: (_plot: uPlot, value: number) => shown(value) }) },
      ...series.map(({ name }, index): uPlot.Series => {
        const stroke = colors[`--series-${(index % 8) + 1}`]!
        return {
          label: name,
          stroke,
          width: 1.5,
          show: !hidden.has(name),
          value: (_plot, value) => shown(value),
          ...(kind === 'bars' && { fill: `${stroke}80`, paths: uPlot.paths.bars!({ size: [0.9, 60] }) }),
          ...(kind === 'points' && { paths: () => null, points: { show: true, size: 6, fill: stroke } }),
        }
      }),
    ],
  }
}
