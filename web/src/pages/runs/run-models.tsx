import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import { mlflow, mlflowQuery } from '../../api/mlflow-client.ts'
import type { MlflowModelVersion } from '../../api/mlflow-messages.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** The model versions that were registered from a run, each of which can be given an alias, e.g. the deployed one. */
export function RunModels({ runId }: { readonly runId: string }): ReactNode {
  const texts = useMessages(runsMessages).models
  const client = useQueryClient()
  const [chosen, setChosen] = useState<MlflowModelVersion>()
  const query = { filter: `run_id = '${runId}'`, max_results: 100 }
  const versions = useQuery(mlflowQuery('model-versions/search', query)).data?.model_versions ?? []
  if (versions.length === 0) return null
  const columns: readonly Column<MlflowModelVersion>[] = [
    { id: 'name', label: texts.model, width: 170, cell: ({ name }) => <ObjectLink kind="model" name={name} /> },
    { id: 'version', label: texts.version, width: 80, align: 'end', cell: ({ version }) => version },
    { id: 'aliases', label: texts.aliases, width: 130, cell: ({ aliases = [] }) => aliases.join(', ') },
    {
      id: 'give',
      label: texts.give,
      width: 130,
      cell: (version) => (
        <Button isSmall onClick={() => setChosen(version)}>
          {texts.giveTo}
        </Button>
      ),
    },
  ]
  return (
    <Panel title={texts.title}>
      <DataTable
        label={texts.title}
        columns={columns}
        rows={versions}
        rowId={({ name, version }) => `${name} ${version}`}
        maxHeight={420}
      />
      {chosen !== undefined && (
        <FieldsDialog
          title={texts.giveTitle(chosen.name, chosen.version)}
          action={texts.give}
          fields={[{ name: 'alias', label: texts.alias, value: 'champion' }]}
          onClose={() => setChosen(undefined)}
          onSubmit={async ({ alias }) => {
            const { name, version } = chosen
            await mlflow('registered-models/alias', { name, version, alias: alias.trim() })
            toast(texts.given(alias.trim(), name, version))
            await client.invalidateQueries({ queryKey: ['mlflow', 'model-versions/search'] })
          }}
        />
      )}
    </Panel>
  )
}
