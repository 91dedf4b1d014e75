import { useState } from 'react'
import type { ReactNode } from 'react'
import { FormDialog } from '../../components/form-dialog.tsx'

interface FieldsDialogProps<Name extends string> {
  readonly title: string
  /** A verb and its object. */
  readonly action: string
  readonly fields: readonly {
    readonly name: Name
    readonly label: string
    readonly value?: string
    readonly isLong?: boolean
    /** May be left empty. */
    readonly isOptional?: boolean
  }[]
  /** What it throws is shown in the dialog, which stays. */
  readonly onSubmit: (values: Readonly<Record<Name, string>>) => Promise<void>
  readonly onClose: () => void
}

/** Asks for a few lines of text. */
export function FieldsDialog<Name extends string>(props: FieldsDialogProps<Name>): ReactNode {
  const { title, action, fields, onSubmit, onClose } = props
  const [values, setValues] = useState(
    () => Object.fromEntries(fields.map(({ name, value = '' }) => [name, value])) as Record<Name, string>,
  )
  const isReady = fields.every(({ name, isOptional = false }) => isOptional || values[name].trim() !== '')
  return (
    <FormDialog title={title} action={action} isReady={isReady} onSubmit={() => onSubmit(values)} onClose={onClose}>
      {fields.map(({ name, label, isLong }) => {
        const given = {
          className: 'field',
          value: values[name],
          onChange: ({ target }: { readonly target: { readonly value: string } }) =>
            setValues({ ...values, [name]: target.value }),
        }
        return (
          <label key={name}>
            {label}
            {isLong === true ? <textarea rows={5} {...given} /> : <input {...given} />}
          </label>
        )
      })}
    </FormDialog>
  )
}
