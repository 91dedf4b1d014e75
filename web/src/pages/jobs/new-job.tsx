import { useState } from 'react'
import type { ReactNode } from 'react'
import { CommandList } from './command-list.tsx'
import { jobsMessages } from './messages.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/**
 * How a job gets here. The server reads files of its machine only for the user who runs it, which a browser cannot
 * prove, so a new file is submitted by the command line; what ran before is run again from its page.
 */
export function NewJob(): ReactNode {
  const texts = useMessages(jobsMessages)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button look="primary" icon="plus" onClick={() => setOpen(true)}>
        {texts.newJob}
      </Button>
      {isOpen && (
        <Modal title={texts.newJob} onClose={() => setOpen(false)}>
          <div className="stack">
            <p>{texts.newJobBody}</p>
            <CommandList
              commands={[
                [texts.again.verdict, 'sluice plan pipeline.yml'],
                [texts.again.submit, 'sluice run pipeline.yml'],
              ]}
            />
            <p className="quiet">{texts.newJobAgain}</p>
          </div>
        </Modal>
      )}
    </>
  )
}
