import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { CommandList } from './command-list.tsx'
import { jobsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { ExampleList } from '../../components/example-list.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Modal } from '../../components/modal.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/**
 * How a job gets here. The server reads files of its machine only for the user who runs it, which a browser cannot
 * prove, so a new file is submitted by the command line; what ran before is run again from its page, and the examples that
 * came with the server are started from here.
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
            <h3>{texts.newJobExample}</h3>
            <Examples onDone={() => setOpen(false)} />
          </div>
        </Modal>
      )}
    </>
  )
}

function Examples({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { actions } = useMessages(jobsMessages)
  const navigate = useNavigate()
  const examples = useQuery(restQuery('/api/v1/examples'))
  const start = useMutation({
    mutationFn: async (name: string) => {
      const job = answerOf(rest.POST('/api/v1/examples/{name}/jobs', { params: { path: { name } } }))
      if (!(await told(job, actions.submitted(name)))) return
      onDone()
      await navigate({ to: '/jobs/$name', params: { name: (await job).name } })
    },
  })
  return (
    <Loaded query={examples} lines={3}>
      {({ items }) => (
        <ExampleList
          examples={items}
          {...(start.isPending && { starting: start.variables })}
          onStart={(name) => start.mutate(name)}
        />
      )}
    </Loaded>
  )
}
