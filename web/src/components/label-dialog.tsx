import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { type AssetPlural, setLabel } from '../api/asset-calls.ts'
import { assetsMessages } from '../messages/assets.ts'
import { useMessages } from '../messages/catalogue.ts'

interface LabelDialogProps {
  readonly plural: AssetPlural
  readonly name: string
  readonly version: string
  readonly onClose: () => void
  /** Waits for the change, says how it went, and whether it was made. */
  readonly onDoing: (doing: Promise<unknown>, said: string) => Promise<boolean>
}

/** Lets a label stand for a version. */
export function LabelDialog({ plural, name, version, onClose, onDoing }: LabelDialogProps): ReactNode {
  const texts = useMessages(assetsMessages).versions
  const id = useId()
  const [label, setTyped] = useState('')
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const wanted = label.trim()
    if (await onDoing(setLabel({ plural, name, version }, wanted), texts.labelSet(wanted, version))) onClose()
  }
  return (
    <Modal
      title={texts.labelTitle(`${name}:${version}`)}
      onClose={onClose}
      actions={
        <Button look="primary" type="submit" form={id} disabled={label.trim() === ''}>
          {texts.save}
        </Button>
      }
    >
      <form id={id} className="stack" onSubmit={(event) => void save(event)}>
        <label className="stack">
          {texts.labelName}
          <input
            className="field"
            required
            // As the server has it: a letter first.
            pattern="[A-Za-z_][A-Za-z0-9_.\-]{0,99}"
            aria-describedby={`${id}-hint`}
            value={label}
            onChange={({ target }) => setTyped(target.value)}
          />
        </label>
        <p id={`${id}-hint`} className="quiet">
          {texts.labelHint}
        </p>
      </form>
    </Modal>
  )
}
