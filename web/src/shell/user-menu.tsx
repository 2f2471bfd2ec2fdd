import { Menu } from '@mantine/core';
import { useState } from 'react';
import { linkTo } from '../router.ts';
import { areKeysOn, turnKeys } from '../use-keys.ts';
import { Icon } from './icons.tsx';
import { areNotificationsOn, turnNotifications } from './notifications.ts';
import { PLACES } from './places.ts';
import { applyTheme, readTheme, type Theme } from './theme.ts';
import { UserName } from './user-name.tsx';

const THEMES: readonly { readonly theme: Theme; readonly words: string }[] = [
  { theme: 'auto', words: 'As the system' },
  { theme: 'light', words: 'Light' },
  { theme: 'dark', words: 'Dark' },
];

interface UserMenuProps {
  readonly onKeys: () => void;
  readonly onSignOut: () => void;
}

/** Not in the first load: the queue is there before anybody looks for it. */
export default function UserMenu({ onKeys, onSignOut }: UserMenuProps) {
  const [theme, setTheme] = useState(readTheme);
  const [notify, setNotify] = useState(areNotificationsOn);
  const [refused, setRefused] = useState(false);
  const [keys, setKeys] = useState(areKeysOn);
  return (
    // The library's placeholder for the first focus is no item of a menu: the look that is chosen takes it.
    <Menu
      position="bottom-end"
      width={240}
      withinPortal={false}
      withInitialFocusPlaceholder={false}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <button type="button" className="who">
          <UserName />
          <span className="phone-place">
            <Icon name="down" small />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {PLACES.map(({ page, name }) => (
          <Menu.Item key={page} className="phone-place" component="a" {...linkTo({ page })}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>Look</Menu.Label>
        <Menu.RadioGroup
          value={theme}
          onChange={(chosen) => {
            applyTheme(chosen as Theme);
            setTheme(chosen as Theme);
          }}
        >
          {THEMES.map(({ theme: of, words }) => (
            <Menu.RadioItem
              key={of}
              value={of}
              data-autofocus={theme === of || undefined}
              rightSection={theme === of ? <Icon name="check" small /> : undefined}
            >
              {words}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>This browser</Menu.Label>
        <Menu.CheckboxItem
          checked={notify}
          rightSection={notify ? <Icon name="check" small /> : undefined}
          onChange={(on) =>
            void turnNotifications(on).then((now) => {
              setNotify(now);
              setRefused(on && !now);
            })
          }
        >
          Notify me of new holds
          {refused && <span className="small quiet block">This browser does not allow it.</span>}
        </Menu.CheckboxItem>
        <Menu.CheckboxItem
          checked={keys}
          rightSection={keys ? <Icon name="check" small /> : undefined}
          onChange={(on) => {
            turnKeys(on);
            setKeys(on);
          }}
        >
          Single-letter keys
        </Menu.CheckboxItem>
        <Menu.Item onClick={onKeys}>All keys</Menu.Item>
        <Menu.Item onClick={onSignOut}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
