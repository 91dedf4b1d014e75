import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing to do here; `danger`: it destroys. */
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly isSmall?: boolean
  readonly icon?: IconName
}

/** A button; it never submits a form unless told `type="submit"`. */
export function Button({ look = 'plain', isSmall, icon, className, children, ...rest }: ButtonProps): ReactNode {
  const classes = ['button', `button-${look}`, isSmall === true ? 'button-small' : '', className ?? '']
  return (
    <button type="button" className={classes.filter(Boolean).join(' ')} {...rest}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  )
}

/** A button with only an icon; `label` is what it is called, also as a tooltip. */
export function IconButton({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, 'children' | 'icon'> & { readonly label: string; readonly icon: IconName }): ReactNode {
  return <Button look="quiet" {...rest} icon={icon} className="button-icon" aria-label={label} title={label} />
}
