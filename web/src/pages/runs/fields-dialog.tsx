import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import './runs.css'

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
  const shell = useMessages(shellMessages)
  const id = useId()
  const [values, setValues] = useState(
    () => Object.fromEntries(fields.map(({ name, value = '' }) => [name, value])) as Record<Name, string>,
  )
  const change = useMutation({ mutationFn: () => onSubmit(values), onSuccess: onClose })
  const isReady = fields.every(({ name, isOptional = false }) => isOptional || values[name].trim() !== '')
  return (
    <Modal
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={!isReady || change.isPending}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="runs-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          change.mutate()
        }}
      >
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
        {change.isError && <ErrorState error={change.error} />}
      </form>
    </Modal>
  )
}
